import { existsSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, relative, resolve } from "node:path";
import { packageFile } from "../../reference-architectures/package-file.ts";
import { parseJson } from "../tools/parse-json.ts";
import { BUILD_FOLDER } from "./programs.ts";

/** A place in a compiled file, as a stack names it. */
const PLACE = /(?:file:\/\/)?(\/[^\s()]+\.js):(\d+):(\d+)/g;

/**
 * An error's stack, or its words where it has none. Places in compiled files are given as places in their sources.
 * Node's own `--enable-source-maps` reads every map at the start, which costs more than the start itself.
 */
export function stackOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replaceAll(PLACE, (place: string, file: string, line: string, column: string) => {
    if (!maps.has(file)) maps.set(file, mapOf(file));
    const entry = maps.get(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !("originalSource" in entry)) return place;
    const source = resolve(dirname(file), entry.originalSource);
    return `${relative(packageFile(), source)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

/** The map beside a file of the build; undefined where it has none, or one that cannot be read. */
function mapOf(file: string): SourceMap | undefined {
  const map = `${file}.map`;
  if (dirname(file) !== packageFile(BUILD_FOLDER) || !existsSync(map)) return undefined;
  try {
    return new SourceMap(parseJson(readFileSync(map, "utf8")) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
