import { join } from "node:path";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { findFile } from "../../tools/files/local-files.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** The file in the current folder that sets flags. */
export const CONFIG_FILE = "refbench.config.json";
/** Set to `off`, it keeps the config file from being read. A night sets it for its commands, which get flags. */
export const CONFIG_VARIABLE = "REFBENCH_CONFIG";
const KEY = "refbench";

/** The content of a config file, before it is compared with the flags of refbench. */
export interface ConfigFile {
  /** For messages: `refbench.config.json`, or `"refbench" in package.json`. */
  readonly name: string;
  /** Flags and their values, by the name of a command or `common`. */
  readonly sections: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * The config file of a folder: `refbench.config.json`, or the key `refbench` of its package.json. Undefined where it
 * has none, or where `REFBENCH_CONFIG` is `off`. Throws `usage` for a file that is not an object of objects, and where
 * both exist.
 */
export async function findConfigFile(cwd: string, env: NodeJS.ProcessEnv): Promise<ConfigFile | undefined> {
  const setting = env[CONFIG_VARIABLE] ?? "";
  if (setting === "off") return undefined;
  if (setting !== "")
    throw new RefbenchError("usage", `${CONFIG_VARIABLE} is "${setting}", expected off; or unset it`);
  const [own, packageFile] = await Promise.all([
    readObject(cwd, CONFIG_FILE),
    readObject(cwd, "package.json"),
  ]);
  const inPackage = packageFile?.[KEY];
  const inPackageName = `"${KEY}" in package.json`;
  if (own !== undefined && inPackage !== undefined)
    throw new RefbenchError(
      "usage",
      `both ${CONFIG_FILE} and ${inPackageName} set flags: remove one of them`,
    );
  if (own !== undefined) return { name: CONFIG_FILE, sections: sectionsOf(CONFIG_FILE, own) };
  if (inPackage === undefined) return undefined;
  return { name: inPackageName, sections: sectionsOf(inPackageName, inPackage) };
}

async function readObject(cwd: string, file: string): Promise<Record<string, unknown> | undefined> {
  const bytes = await findFile(join(cwd, file));
  if (bytes === undefined) return undefined;
  let content: unknown;
  try {
    content = parseJson(bytes.toString("utf8").replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new RefbenchError("usage", `${file} is not JSON: ${messageOf(cause)}; correct it`, { cause });
  }
  if (isObject(content)) return content;
  throw new RefbenchError(
    "usage",
    `${file} must hold an object of JSON, such as {"run": {"size": "canary"}}`,
  );
}

function sectionsOf(name: string, content: unknown): ConfigFile["sections"] {
  const wrong = isObject(content)
    ? Object.entries(content).find(([, section]) => !isObject(section))?.[0]
    : "";
  if (wrong === undefined) return content as ConfigFile["sections"];
  throw new RefbenchError(
    "usage",
    `${name}${wrong === "" ? "" : `: "${wrong}"`} must be an object of ${wrong === "" ? "commands" : "flags"}, such as {"common": {"project": "my-project"}, "run": {"size": "canary"}}`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
