import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { decodeTime } from "ulid";
import { messageOf } from "../tools/error.ts";
import { isMissing, listFolder } from "../tools/files/local-files.ts";
import { RUN_ID_PATTERN } from "../model/run-id.ts";
import { writeJson } from "../tools/files/json-file.ts";
import type { EarlierNight } from "./earlier-nights.ts";
import { type Night, nightSchema } from "./night.ts";
import { parseJson } from "../tools/parse-json.ts";

const MISSING = "it is missing";

/** `.refbench/nights` below the working directory: a file for each night. */
export class NightBook {
  readonly #folder: string;

  constructor(cwd: string) {
    this.#folder = join(cwd, ".refbench", "nights");
  }

  /** The folder of the lock. */
  get lease(): string {
    return join(this.#folder, "lease");
  }

  /** The file to which a run of a night writes its result. */
  result(night: string, name: string): string {
    return join(this.#folder, night, `${name}.json`);
  }

  async write(night: Night): Promise<void> {
    await mkdir(join(this.#folder, night.night), { recursive: true });
    await writeJson(this.#file(night.night), night);
  }

  /** The other nights that are not known to have ended, oldest first; `livingRuns` finds their remaining runs. */
  async earlier(
    own: string,
    livingRuns: (night: string) => Promise<readonly string[]>,
  ): Promise<readonly EarlierNight[]> {
    const names = (await listFolder(this.#folder)).map(({ name }) => name);
    const ids = names.filter((name) => RUN_ID_PATTERN.test(name) && name !== own).toSorted();
    const nights: EarlierNight[] = [];
    for (const id of ids) {
      const found = await this.#read(id);
      if ("night" in found && found.night.finishedAt !== undefined) continue;
      const living = await livingRuns(id);
      // A night that could not write its file has started nothing.
      if ("problem" in found && found.problem === MISSING && living.length === 0 && (await this.#isEmpty(id)))
        continue;
      nights.push({ id, living, ...found });
    }
    return nights;
  }

  /** Marks a night as ended in its file; a file that cannot be read is kept under another name. */
  async close(earlier: EarlierNight, nowMs: number): Promise<void> {
    // The clock may have been set back, but a night must not end before it began.
    const begunMs = "night" in earlier ? Date.parse(earlier.night.startedAt) : decodeTime(earlier.id);
    const finishedAt = new Date(Math.max(begunMs, nowMs)).toISOString();
    if ("night" in earlier) {
      await this.write({ ...earlier.night, finishedAt, verdict: "interrupted" });
      return;
    }
    const file = this.#file(earlier.id);
    await rename(file, `${file}.damaged-${finishedAt.replaceAll(":", "")}`).catch(ignoreMissing);
    await this.write({
      schemaVersion: 1,
      night: earlier.id,
      simulated: false,
      startedAt: new Date(decodeTime(earlier.id)).toISOString(),
      finishedAt,
      steps: [],
      runs: [],
      unended: [],
      damaged: [],
      verdict: "interrupted",
    });
  }

  /** Reads a night from its file, or returns what is wrong with the file. */
  async #read(id: string): Promise<{ readonly night: Night } | { readonly problem: string }> {
    let json: unknown;
    try {
      json = parseJson(await readFile(this.#file(id), "utf8"));
    } catch (error) {
      return { problem: isMissing(error) ? MISSING : messageOf(error) };
    }
    const { success, data: night } = nightSchema.safeParse(json);
    if (!success) return { problem: "it is not the file of a night" };
    return night.night === id ? { night } : { problem: `it is the file of night ${night.night}` };
  }

  async #isEmpty(id: string): Promise<boolean> {
    return (await listFolder(join(this.#folder, id))).length === 0;
  }

  #file(night: string): string {
    return join(this.#folder, night, "night.json");
  }
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
