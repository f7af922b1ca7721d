import { parseJson } from "../tools/parse-json.ts";
/**
 * Shorter values are words such as `true`, `2` or parts of `us-east1`. Redacting them would only make texts
 * unreadable.
 */
const SHORTEST_SECRET = 6;
const MASK = "(redacted)";

/** Returns a function that redacts the values of Terraform's variables (`TF_VAR_…`) in a line. */
export function redactorOf(env: NodeJS.ProcessEnv): (text: string) => string {
  const forms = new Set<string>();
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith("TF_VAR_") || value === undefined) continue;
    for (const secret of stringsIn(value)) {
      for (const part of [secret, ...secret.split("\n")]) {
        if (part.length < SHORTEST_SECRET) continue;
        forms.add(part);
        forms.add(JSON.stringify(part).slice(1, -1));
        forms.add(goEscaped(part));
      }
    }
  }
  // A secret that contains another one must be redacted first, or its rest would remain.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((line, secret) => line.replaceAll(secret, MASK), text);
}

/** The value of a complex variable is JSON, and each string in it counts as a value. */
function stringsIn(value: string): readonly string[] {
  let json: unknown;
  try {
    json = parseJson(value);
  } catch {
    return [value];
  }
  return typeof json === "object" && json !== null ? [value, ...leaves(json)] : [value];
}

function leaves(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leaves);
}

/** Go's JSON encoder, which Terraform uses, also escapes HTML characters. */
function goEscaped(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[<>&]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
