import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { linesIn } from "../../../harness/tools/files/lines.ts";
import { playFakePoint } from "../../../test/chaos/fake/point.ts";
import { cleanSchedule } from "../../../test/chaos/fake/schedule.ts";
import { randomOf } from "../../../test/chaos/random.ts";

/** The files that a whole run left, by their path in its folder: written by the pipeline itself, in a simulated world. */
export interface RanRun {
  readonly files: ReadonlyMap<string, Buffer>;
  lines(name: string): readonly unknown[];
  json(name: string): unknown;
}

const files = new Map<string, Buffer>();
await playFakePoint(cleanSchedule(randomOf("fuzz"), "run"), {
  onFinal: (folder) => {
    for (const [name, bytes] of readFolder(folder.path)) files.set(name, bytes);
  },
});

/** The run that gives samples of everything that a run writes. */
export function ranRun(): RanRun {
  return {
    files,
    json: (name) => JSON.parse(files.get(name)?.toString() ?? "null") as unknown,
    lines: (name) =>
      linesIn(files.get(name) ?? Buffer.alloc(0))
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as unknown),
  };
}

function readFolder(path: string, below = ""): readonly (readonly [string, Buffer])[] {
  return readdirSync(join(path, below)).flatMap((name) => {
    const one = join(below, name);
    return statSync(join(path, one)).isDirectory()
      ? readFolder(path, one)
      : [[one, readFileSync(join(path, one))] as const];
  });
}
