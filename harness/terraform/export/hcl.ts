import { splitTemplate } from "./template.ts";

/** An expression that is already in Terraform's language. */
export class Expression {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A call of a function of Terraform's, whose arguments are values. */
export class Call {
  readonly name: string;
  readonly args: readonly unknown[];

  constructor(name: string, ...args: readonly unknown[]) {
    this.name = name;
    this.args = args;
  }
}

/** A block: its head, such as `resource "a" "b"`, its arguments by name and its inner blocks, both in order. */
export interface Block {
  readonly head: string;
  readonly args: readonly (readonly [string, unknown])[];
  readonly blocks: readonly Block[];
  /** Arguments after the blocks, such as `depends_on`. */
  readonly last?: readonly (readonly [string, unknown])[];
}

/** The longest list or object that stays on one line. */
const LINE = 76;

/** Returns a block as `terraform fmt` writes it, without a line break at its end. */
export function blockText({ head, args, blocks, last = [] }: Block): string {
  const sections = [
    ...(args.length === 0 ? [] : [argumentsText(args)]),
    ...blocks.map(blockText),
    ...(last.length === 0 ? [] : [argumentsText(last)]),
  ];
  return sections.length === 0 ? `${head} {}` : `${head} {\n${indented(sections.join("\n\n"))}\n}`;
}

/** Equals signs of lines that follow each other stand below each other, except where a value has several lines. */
function argumentsText(args: readonly (readonly [string, unknown])[]): string {
  const entries = args.map(([name, value]) => ({ name, text: valueText(value) }));
  const lines: string[] = [];
  for (let at = 0; at < entries.length;) {
    const chain = entries.slice(at).findIndex(({ text }) => text.includes("\n"));
    const single = chain === -1 ? entries.slice(at) : entries.slice(at, at + chain);
    const width = Math.max(0, ...single.map(({ name }) => name.length));
    lines.push(...single.map(({ name, text }) => `${name.padEnd(width)} = ${text}`));
    at += single.length;
    const multiple = entries[at];
    if (multiple === undefined) break;
    lines.push(`${multiple.name} = ${multiple.text}`);
    at += 1;
  }
  return lines.join("\n");
}

/** Returns a value in Terraform's language. A string is a template, as in Terraform's JSON syntax. */
export function valueText(value: unknown): string {
  if (value instanceof Expression) return value.text;
  if (value instanceof Call) return callText(value);
  if (typeof value === "string") return stringText(value);
  if (Array.isArray(value)) return listText(value);
  if (typeof value === "object" && value !== null) return objectText(value as Record<string, unknown>);
  return String(value);
}

function callText({ name, args }: Call): string {
  const texts = args.map(valueText);
  // Only the last argument may have several lines: its brackets then stand beside those of the call.
  if (texts.slice(0, -1).some((text) => text.includes("\n")))
    return `${name}(\n${indented(texts.join(",\n"))}\n)`;
  return `${name}(${texts.join(", ")})`;
}

function listText(values: readonly unknown[]): string {
  if (values.length === 0) return "[]";
  const texts = values.map(valueText);
  const line = `[${texts.join(", ")}]`;
  const isShort =
    line.length <= LINE && !line.includes("\n") && (values.every(isScalar) || values.length === 1);
  return isShort ? line : `[\n${indented(texts.map((text) => `${text},`).join("\n"))}\n]`;
}

function objectText(value: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(value).map(([name, inner]) => [keyText(name), inner] as const);
  if (entries.length === 0) return "{}";
  const line = `{ ${entries.map(([name, inner]) => `${name} = ${valueText(inner)}`).join(", ")} }`;
  if (entries.length <= 3 && entries.every(([, inner]) => isScalar(inner)) && line.length <= LINE)
    return line;
  return `{\n${indented(argumentsText(entries))}\n}`;
}

function isScalar(value: unknown): boolean {
  return value instanceof Expression || typeof value !== "object";
}

function keyText(name: string): string {
  if (/^[A-Za-z_][\w-]*$/.test(name)) return name;
  const [first, ...others] = splitTemplate(name);
  if (first?.kind === "expression" && others.length === 0) return `(${first.text})`;
  return quoted(name);
}

function stringText(template: string): string {
  const [first, ...others] = splitTemplate(template);
  if (first?.kind === "expression" && others.length === 0) return first.text;
  if (template.includes("\n"))
    return valueText(new Call("join", new Expression(String.raw`"\n"`), template.split("\n")));
  return quoted(template);
}

function quoted(template: string): string {
  const parts = splitTemplate(template).map(({ kind, text }) =>
    kind === "expression"
      ? `\${${text}}`
      : text
          .replaceAll("\\", "\\\\")
          .replaceAll('"', String.raw`\"`)
          .replaceAll("\n", String.raw`\n`)
          .replaceAll("\t", String.raw`\t`)
          .replaceAll("\r", String.raw`\r`),
  );
  return `"${parts.join("")}"`;
}

/** Heredocs are not used, so every line may be indented. */
function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
