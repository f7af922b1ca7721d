import { parseJson } from "../../tools/parse-json.ts";

/** Stands around the number of an expression: a sign that no text has. */
const MARK = "\uE000";

/** A part of a template: text as it is, or an expression between `${` and `}`. */
export type TemplatePart =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "expression"; readonly text: string };

/**
 * Splits a string of Terraform's JSON syntax, which is a template, into its parts. `$${` stays text. Throws on a template
 * without an end, which Terraform refuses too.
 */
export function splitTemplate(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let text = "";
  let at = 0;
  while (at < template.length) {
    if (template.startsWith("$${", at) || template.startsWith("%%{", at)) {
      text += template.slice(at, at + 3);
      at += 3;
    } else if (template.startsWith("${", at)) {
      const end = endOfExpression(template, at + 2);
      if (text !== "") parts.push({ kind: "text", text });
      text = "";
      parts.push({ kind: "expression", text: template.slice(at + 2, end) });
      at = end + 1;
    } else {
      text += template.charAt(at);
      at += 1;
    }
  }
  if (text !== "") parts.push({ kind: "text", text });
  return parts;
}

/** The index of the brace that ends an expression; strings within it may hold templates of their own. */
function endOfExpression(template: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < template.length) {
    const sign = template.charAt(at);
    if (sign === '"') at = endOfString(template, at + 1);
    else if (sign === "{") depth += 1;
    else if (sign === "}") {
      if (depth === 0) return at;
      depth -= 1;
    }
    at += 1;
  }
  throw new Error(`a template has no end: ${template.slice(start, start + 40)}`);
}

/** The index of the quote that ends a string. */
function endOfString(template: string, start: number): number {
  let at = start;
  while (at < template.length && template.charAt(at) !== '"') {
    if (template.startsWith("$${", at)) at += 3;
    else if (template.startsWith("${", at)) at = endOfExpression(template, at + 2) + 1;
    else at += template.charAt(at) === "\\" ? 2 : 1;
  }
  return at;
}

/** Returns the text of a template that is one without expressions, as a program reads it; undefined otherwise. */
export function plainText(template: string): string | undefined {
  if (splitTemplate(template).some(({ kind }) => kind === "expression")) return undefined;
  return template.replaceAll(/([$%])\1\{/g, "$1{");
}

/** Reads JSON of which parts are expressions; undefined if it is neither an object nor a list. */
export function parseJsonTemplate(template: string): unknown {
  if (!/^\s*[[{]/.test(template)) return undefined;
  // An expression may have quotes, which would end JSON's strings.
  const expressions: string[] = [];
  const text = splitTemplate(template)
    .map((part) => {
      if (part.kind === "text") return part.text;
      expressions.push(part.text);
      return `${MARK}${expressions.length - 1}${MARK}`;
    })
    .join("");
  try {
    return restore(parseJson(text), expressions);
  } catch {
    return undefined;
  }
}

function restore(value: unknown, expressions: readonly string[]): unknown {
  if (typeof value === "string") {
    return value.replaceAll(
      /\uE000(\d+)\uE000/g,
      (_, index: string) => `\${${expressions[Number(index)] ?? ""}}`,
    );
  }
  if (Array.isArray(value)) return value.map((each) => restore(each, expressions));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      restore(name, expressions) as string,
      restore(inner, expressions),
    ]),
  );
}
