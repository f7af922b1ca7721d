import { RefbenchError } from "../../tools/error.ts";

/** Reads `name=value` pairs into a record; a name given twice is refused. */
export function pairs(flag: string, values: readonly string[]): Readonly<Record<string, string>> {
  const all = new Map<string, string>();
  for (const text of values) {
    const at = text.indexOf("=");
    // A header may hold a secret, so the error does not repeat its value.
    const name = text.slice(0, Math.max(0, at)).trim();
    if (name === "")
      throw new RefbenchError("usage", `${flag} has a value without a name, expected ${flag} name=value`);
    if (all.has(name))
      throw new RefbenchError("usage", `${flag} gives "${name}" twice, expected one value for each name`);
    all.set(name, text.slice(at + 1));
  }
  return Object.fromEntries(all);
}

/** Whether a switch is on: by its flag, or by an environment variable. */
export function isOn(flag: boolean | undefined, variable: string, env: NodeJS.ProcessEnv): boolean {
  if (flag !== undefined) return flag;
  const text = (env[variable] ?? "").toLowerCase();
  if (["", "0", "f", "false"].includes(text)) return false;
  if (["1", "t", "true"].includes(text)) return true;
  throw new RefbenchError("usage", `${variable} is "${text}", expected true or false`);
}
