import { readFileSync } from "node:fs";
import { parseJson } from "../../tools/parse-json.ts";
import { packageFile } from "../../../reference-architectures/package-file.ts";

/** The version of this installation, from its package.json. */
export function packageVersion(): string {
  const { version } = parseJson(readFileSync(packageFile("package.json"), "utf8")) as { version: string };
  return version;
}
