import ts from "typescript";
import type {
  AttributeSchema,
  BlockSchema,
  BlockType,
  CtyType,
  NestedType,
  TypeSchema,
} from "../rehearsal/twin/values/schema.ts";
import type { ProviderStyle } from "../rehearsal/twin/types-in-use.ts";
import type { Binding } from "./binding.ts";

type Flags = Pick<AttributeSchema, "required" | "optional" | "computed">;
interface Member {
  readonly name: string;
  readonly flags: Flags;
  /** A type that needs no struct. */
  readonly type?: CtyType;
  readonly struct?: { readonly name: string; readonly mode: NestedType["nesting_mode"]; readonly max?: 1 };
}

const PRIMITIVE: Readonly<Record<string, CtyType>> = {
  String: "string",
  Number: "number",
  Boolean: "bool",
  Any: "dynamic",
};

/** The schema of the resource, data source or provider that a binding declares. */
export function schemaOf(binding: Binding, style: ProviderStyle): TypeSchema {
  const root = [...binding.classes.values()].find((declared) =>
    /^cdktf\.Terraform(Resource|DataSource|Provider)$/.test(baseOf(declared) ?? ""),
  );
  if (root === undefined)
    throw new Error("the binding declares no Terraform resource, data source or provider");
  const isProvider = baseOf(root) === "cdktf.TerraformProvider";
  const mapping = returnedProperties(methodOf(root, "synthesizeAttributes"));
  const members = isProvider ? providerMembers(binding, root, mapping) : classMembers(binding, root);
  return {
    version: 0,
    block: new Reader(binding, style).block(members, mapping),
  };
}

class Reader {
  readonly #binding: Binding;
  readonly #style: ProviderStyle;

  constructor(binding: Binding, style: ProviderStyle) {
    this.#binding = binding;
    this.#style = style;
  }

  block(members: readonly Member[], mapping: ReadonlyMap<string, ts.Expression>): BlockSchema {
    const attributes: Record<string, AttributeSchema> = {};
    const block_types: Record<string, BlockType> = {};
    for (const member of sorted(members)) {
      const { name, flags, type, struct } = member;
      if (type !== undefined) attributes[name] = { type, ...flags };
      else if (struct !== undefined && this.#isBlock(member, mapping.get(name)))
        block_types[name] = {
          nesting_mode: struct.mode,
          block: this.block(...this.#membersOf(struct.name)),
          // A single block has no count in Terraform's schema.
          ...(flags.required === true && struct.mode !== "single" && { min_items: 1 }),
          ...(struct.max !== undefined && { max_items: struct.max }),
        };
      else if (struct !== undefined) attributes[name] = { ...this.#objects(struct), ...flags };
    }
    return {
      ...(Object.keys(attributes).length > 0 && { attributes }),
      ...(Object.keys(block_types).length > 0 && { block_types }),
    };
  }

  #isBlock({ flags, struct }: Member, mapped: ts.Expression | undefined): boolean {
    if (struct === undefined || mapped === undefined || this.#style === "framework") return false;
    if (flags.computed === true && flags.optional !== true) return false;
    if (isListMapper(mapped)) return mapped.expression.arguments[1]?.kind === ts.SyntaxKind.TrueKeyword;
    return true;
  }

  #objects({ name, mode }: NonNullable<Member["struct"]>): Pick<AttributeSchema, "type" | "nested_type"> {
    const [members, mapping] = this.#membersOf(name);
    if (this.#style === "framework") {
      const { attributes } = this.block(members, mapping);
      return { nested_type: { nesting_mode: mode, attributes: attributes ?? {} } };
    }
    const object: CtyType = ["object", this.#objectType(members)];
    return { type: mode === "single" ? object : [mode, object] };
  }

  #objectType(members: readonly Member[]): Record<string, CtyType> {
    return Object.fromEntries(
      sorted(members).map(({ name, type, struct }) => [name, type ?? this.#objects(struct!).type!]),
    );
  }

  #membersOf(struct: string): [readonly Member[], ReadonlyMap<string, ts.Expression>] {
    const mapper = this.#binding.functions.get(`${lowerFirst(struct)}ToTerraform`);
    const mapping = mapper === undefined ? new Map<string, ts.Expression>() : returnedProperties(mapper);
    const reference = this.#binding.classes.get(`${struct}OutputReference`);
    return [
      reference === undefined
        ? interfaceMembers(this.#binding, struct, mapping)
        : classMembers(this.#binding, reference),
      mapping,
    ];
  }
}

/** Members of a class, each announced by the generator's comment `name - computed: …, optional: …, required: …`. */
function classMembers(binding: Binding, declared: ts.ClassDeclaration): Member[] {
  const found: Member[] = [];
  declared.members.forEach((member, index) => {
    const announced = announcement(member);
    if (announced === undefined) return;
    const reader = ts.isGetAccessor(member)
      ? member
      : declared.members.slice(index + 1).find(ts.isGetAccessor)!;
    const created =
      ts.isPropertyDeclaration(member) &&
      member.initializer !== undefined &&
      ts.isNewExpression(member.initializer)
        ? member.initializer
        : undefined;
    found.push({
      ...announced,
      ...(created === undefined ? { type: typeOfGetter(reader) } : typeOfNew(binding, created)),
    });
  });
  return found;
}

function announcement(member: ts.ClassElement): Pick<Member, "name" | "flags"> | undefined {
  const comment = member.getSourceFile().text.slice(member.getFullStart(), member.getStart());
  const match = /\/\/ (\w+) - computed: (\w+), optional: (\w+), required: (\w+)/.exec(comment);
  if (match === null) return undefined;
  const [, name, computed, optional, required] = match;
  return {
    name: name!,
    flags: {
      ...(required === "true" && { required: true }),
      ...(optional === "true" && { optional: true }),
      ...(computed === "true" && { computed: true }),
    },
  };
}

function typeOfGetter(getter: ts.GetAccessorDeclaration): CtyType {
  const text = getter.body?.getText() ?? "";
  const method = /this\.get(String|Number|Boolean|Any)?(List|Map)?Attribute\(/.exec(text);
  if (method === null) {
    if (text.includes("interpolationForAttribute")) return "dynamic";
    throw new Error(`cannot reportLine the type of ${getter.name.getText()}: ${text}`);
  }
  const element = PRIMITIVE[method[1] ?? "String"]!;
  const isSet = text.includes("Fn.tolist(");
  if (method[2] === "List") return [isSet ? "set" : "list", element];
  return method[2] === "Map" ? ["map", element] : element;
}

function typeOfNew(binding: Binding, created: ts.NewExpression): Pick<Member, "type" | "struct"> {
  const name = created.expression.getText();
  const wrapsSet = created.arguments?.[2]?.kind === ts.SyntaxKind.TrueKeyword;
  const map = /^cdktf\.(String|Number|Boolean|Any)Map(List)?$/.exec(name);
  if (map !== null) {
    const type: CtyType = ["map", PRIMITIVE[map[1]!]!];
    return { type: map[2] === undefined ? type : [wrapsSet ? "set" : "list", type] };
  }
  const lists = /^cdktf\.(String|Number|Boolean|Any)ListList$/.exec(name);
  if (lists !== null) return { type: [wrapsSet ? "set" : "list", ["list", PRIMITIVE[lists[1]!]!]] };
  const declared = binding.classes.get(name);
  if (declared === undefined) throw new Error(`the binding uses ${name} and does not declare it`);
  switch (baseOf(declared)) {
    case "cdktf.ComplexList":
      return { struct: { name: name.replace(/List$/, ""), mode: wrapsSet ? "set" : "list" } };
    case "cdktf.ComplexMap":
      return { struct: { name: name.replace(/Map$/, ""), mode: "map" } };
    default:
      return { struct: { name: name.replace(/OutputReference$/, ""), ...singleMode(declared) } };
  }
}

/** A block of at most one element is a ComplexObject with index 0 in the generated code; a true single has none. */
function singleMode(declared: ts.ClassDeclaration): { mode: "single" | "list" | "set"; max?: 1 } {
  const call = /super\(terraformResource, terraformAttribute, (true|false)(, 0)?\)/.exec(declared.getText());
  if (call?.[2] === undefined) return { mode: "single" };
  return { mode: call[1] === "true" ? "set" : "list", max: 1 };
}

/** A provider's members: its values are plain inputs, so their types come from the mapping. */
function providerMembers(
  binding: Binding,
  root: ts.ClassDeclaration,
  mapping: ReadonlyMap<string, ts.Expression>,
): Member[] {
  return root.members
    .map(announcement)
    .filter((announced) => announced !== undefined && announced.name !== "alias")
    .map((announced) => ({ ...announced!, ...typeOfMapping(binding, mapping.get(announced!.name)!) }));
}

function interfaceMembers(
  binding: Binding,
  struct: string,
  mapping: ReadonlyMap<string, ts.Expression>,
): Member[] {
  const optional = new Map(
    (binding.interfaces.get(struct)?.members ?? []).map((member) => [
      member.name!.getText(),
      member.questionToken !== undefined,
    ]),
  );
  return [...mapping].map(([name, expression]) => {
    const field = /struct!\.(\w+)/.exec(expression.getText())![1]!;
    return {
      name,
      flags: optional.get(field) === false ? { required: true } : { optional: true },
      ...typeOfMapping(binding, expression),
    };
  });
}

function typeOfMapping(binding: Binding, expression: ts.Expression): Pick<Member, "type" | "struct"> {
  const text = expression.getText();
  const mapped = /^cdktf\.(listMapper|hashMapper)\((?:cdktf\.)?(\w+)ToTerraform/.exec(text);
  const name = mapped?.[2] ?? /^(?:cdktf\.)?(\w+)ToTerraform\(/.exec(text)?.[1];
  if (name === undefined) throw new Error(`cannot reportLine the type of ${text}`);
  const primitive = PRIMITIVE[upperFirst(name)];
  if (primitive === undefined) {
    const struct = upperFirst(name);
    if (!binding.interfaces.has(struct)) throw new Error(`the binding does not declare ${struct}`);
    return { struct: { name: struct, mode: mapped?.[1] === "listMapper" ? "list" : "single" } };
  }
  if (mapped === null) return { type: primitive };
  return { type: [mapped[1] === "listMapper" ? "list" : "map", primitive] };
}

function returnedProperties(of: ts.FunctionLikeDeclaration): Map<string, ts.Expression> {
  const returned = (of.body as ts.Block).statements.filter(ts.isReturnStatement).at(-1)?.expression;
  if (returned === undefined || !ts.isObjectLiteralExpression(returned)) return new Map();
  return new Map(
    returned.properties
      .filter(ts.isPropertyAssignment)
      .map((property) => [property.name.getText().replaceAll(/['"]/g, ""), property.initializer]),
  );
}

function isListMapper(
  expression: ts.Expression,
): expression is ts.CallExpression & { expression: ts.CallExpression } {
  return (
    ts.isCallExpression(expression) &&
    ts.isCallExpression(expression.expression) &&
    expression.expression.expression.getText() === "cdktf.listMapper"
  );
}

function methodOf(declared: ts.ClassDeclaration, name: string): ts.MethodDeclaration {
  return declared.members.filter(ts.isMethodDeclaration).find((method) => method.name.getText() === name)!;
}

function baseOf(declared: ts.ClassDeclaration): string | undefined {
  return declared.heritageClauses?.[0]?.types[0]?.expression.getText();
}

const sorted = (members: readonly Member[]): Member[] =>
  [...members].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
