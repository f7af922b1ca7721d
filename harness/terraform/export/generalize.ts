import { Call, Expression } from "./hcl.ts";
import { parseJsonTemplate, plainText } from "./template.ts";

/** What stands for a variable in the synthesized stacks. */
export interface Placeholders {
  /** The id of the environment, of which names, labels and descriptions are made. */
  readonly runId: string;
  /** The beginning of every name. */
  readonly namePrefix: string;
  /** Values that are a variable where they stand alone, or within a text between other words, by the variable's name. */
  readonly values: Readonly<Record<string, string>>;
}

/** A file beside the root's own, such as a start-up script. */
export type Files = Map<string, string>;

/** A label that only refbench's own environments have. A map with it has the labels of the environment. */
const MARK = "bench-run";
const LABELS = /^bench-(run|env|owner|expires|managed)$/;

/** Replaces names, labels and places by variables, and puts scripts into files. */
export class Generalizer {
  readonly #placeholders: Placeholders;
  readonly #renamed: ReadonlyMap<RegExp, string>;
  readonly #files: Files;

  /** `renamed`: references that are called differently, by their pattern. */
  constructor(placeholders: Placeholders, renamed: ReadonlyMap<RegExp, string>, files: Files) {
    this.#placeholders = placeholders;
    this.#renamed = renamed;
    this.#files = files;
  }

  /** Returns a value of the synthesized JSON as one for `valueText`. `name` is that of its argument. */
  value(value: unknown, name: string): unknown {
    if (typeof value === "string") return this.#string(value, name);
    if (Array.isArray(value)) return this.#list(value as unknown[], name);
    if (typeof value === "object" && value !== null) return this.#object(value as Record<string, unknown>);
    return value;
  }

  /** Returns a template or expression with the names of the export. */
  text(template: string): string {
    const { runId, namePrefix, values } = this.#placeholders;
    let text = template
      .replaceAll(`refbench run ${runId}`, "${var.name}")
      .replaceAll(namePrefix, "${var.name}")
      .replaceAll(runId, "${var.name}");
    for (const [variable, value] of Object.entries(values)) {
      const escaped = value.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
      text = text.replaceAll(new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, "g"), `\${var.${variable}}`);
    }
    for (const [pattern, other] of this.#renamed) text = text.replaceAll(pattern, other);
    return text.replaceAll("refbench", "bench");
  }

  #string(value: string, name: string): unknown {
    if (value.startsWith("#!")) return this.#script(value, `${name}.sh`);
    // A list of labels in one string, as a disk driver and a load balancer take them.
    if (value.startsWith(`${MARK}=`))
      return new Expression('join(",", [for key, value in var.labels : "${key}=${value}"])');
    const json = parseJsonTemplate(value);
    if (json === undefined) return this.text(value);
    // Helm takes YAML, policies take JSON.
    return new Call(name === "values" ? "yamlencode" : "jsonencode", this.value(json, name));
  }

  #list(values: readonly unknown[], name: string): unknown {
    return values.map((each, index) => {
      // A shell takes the script's name after it.
      const next = values[index + 1];
      const own = typeof each === "string" && each.startsWith("#!") && typeof next === "string" ? next : name;
      return this.value(each, own);
    });
  }

  #object(value: Readonly<Record<string, unknown>>): unknown {
    const entries = Object.entries(value);
    if (entries.some(([key, each]) => isNumberedTag(key, each))) return this.#tagged(entries);
    const kept = entries.filter(([key]) => !(MARK in value && LABELS.test(key)));
    const object = Object.fromEntries(kept.map(([key, inner]) => [this.text(key), this.value(inner, key)]));
    if (!(MARK in value)) return object;
    return kept.length === 0
      ? new Expression("var.labels")
      : new Call("merge", new Expression("var.labels"), object);
  }

  /** AWS' disk driver takes each tag as a parameter with a number. */
  #tagged(entries: readonly (readonly [string, unknown])[]): unknown {
    const [first = ""] = entries.find((entry) => isNumberedTag(...entry)) ?? [];
    const others = entries.filter((entry) => !isNumberedTag(...entry));
    return new Call(
      "merge",
      Object.fromEntries(others.map(([key, inner]) => [key, this.value(inner, key)])),
      new Expression(
        `{ for index, key in keys(var.labels) : "${first.replace(/\d+$/, "")}\${index + 1}" => "\${key}=\${var.labels[key]}" }`,
      ),
    );
  }

  #script(value: string, file: string): unknown {
    const path = `scripts/${file}`;
    const text = plainText(value);
    if (text === undefined) return this.text(value);
    this.#files.set(path, text.replaceAll("refbench", "bench"));
    return new Expression(`file("\${path.module}/${path}")`);
  }
}

function isNumberedTag(name: string, value: unknown): boolean {
  return /\d$/.test(name) && typeof value === "string" && /^bench-[a-z]+=/.test(value);
}
