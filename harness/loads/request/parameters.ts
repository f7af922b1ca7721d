import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument, Scalar } from "yaml";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { pairs } from "./values.ts";

/** What YAML reads as no value at all where it is written without quotes. */
const NO_VALUE = ["", "~", "null", "Null", "NULL"];

/** The template's parameters from `--rich-parameter-file` and, over them, `--parameter`. */
export async function readParameters(
  {
    parameter,
    richParameterFile,
  }: { readonly parameter: readonly string[]; readonly richParameterFile?: string },
  cwd: string,
): Promise<Record<string, string>> {
  const given = pairs("--parameter", parameter);
  if (richParameterFile === undefined) return { ...given };
  const path = resolve(cwd, richParameterFile);
  try {
    return { ...parametersIn(await readFile(path, "utf8")), ...given };
  } catch (error) {
    throw new RefbenchError(
      "usage",
      `--rich-parameter-file is ${path}, expected YAML of names and values: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/**
 * Names and values of a YAML file, each value with its text as it is written: a parameter is text, and `3.10` read as
 * a number would be another one. A list becomes the JSON that Coder takes lists as. Throws where a value is neither.
 */
export function parametersIn(text: string): Record<string, string> {
  // The failsafe schema knows texts, lists and maps, and nothing else.
  const document = parseDocument(text, { schema: "failsafe", prettyErrors: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new Error(problem.message.split("\n", 1)[0]?.replace(/:$/, ""));
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.source === "")) return {};
  if (!isMap(contents)) throw new Error("it is not a list of name: value");
  const values = contents.items.map(({ key, value }): [string, string] => {
    const name = isScalar(key) ? String(key.value) : "";
    if (name === "") throw new Error("a name is missing, expected name: value");
    const resolved = isAlias(value) ? value.resolve(document) : value;
    if (!isSeq(resolved)) return [name, textOf(name, resolved)];
    const items = resolved.items.map((item) => textOf(name, isAlias(item) ? item.resolve(document) : item));
    return [name, JSON.stringify(items)];
  });
  return Object.fromEntries(values);
}

function textOf(name: string, node: unknown): string {
  if (!isScalar(node) || isPair(node))
    throw new Error(
      `"${name}" is neither a text nor a list of texts: quote it, or write it as JSON in quotes`,
    );
  const isPlain = node.type === undefined || node.type === Scalar.PLAIN;
  if (isPlain && NO_VALUE.includes(node.source ?? ""))
    throw new Error(
      `"${name}" has no value: write "" for an empty text, or quotes around ${node.source || "it"}`,
    );
  return String(node.value);
}
