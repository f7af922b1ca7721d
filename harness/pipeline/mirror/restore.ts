import { chmod, mkdir, open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { environmentSchema } from "../../../stacks/environment.ts";
import type { Bucket } from "../../model/ports/bucket.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import { findFile } from "../../tools/files/local-files.ts";
import { RUN_ID_PATTERN, type RunId } from "../../model/run-id.ts";
import { getAll } from "./get-all.ts";
import { Journal, parseJournal } from "../folder/journal.ts";
import { mirrorKeys } from "./mirror.ts";
import { foreignProvider, isMirrored, isOlderState, isRestored, isState } from "./mirrored-files.ts";
import { mirroredRuns } from "./mirrored-runs.ts";
import { type Plan, planSchema } from "../folder/plan.ts";
import { signPlan } from "../folder/installation.ts";
import { jsonText, writeJson } from "../../tools/files/json-file.ts";
import { createRunFolder, type RunFolder } from "../folder/run-folder.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** Mirrored to tell a run that a process drove from a staged one; never restored. */
const OWNER = "owner.json";
const LOST = "the run's machine was lost before it handed over";

/** The id of a run that a bucket holds, by the whole of it or by a unique end. */
export async function findMirroredRun(bucket: Bucket, idOrEnd: string): Promise<RunId> {
  if (RUN_ID_PATTERN.test(idOrEnd)) return idOrEnd;
  const ids = (await mirroredRuns(bucket)).map(({ runId }) => runId);
  const matching = ids.filter((id) => id.endsWith(idOrEnd));
  const [only] = matching;
  if (only !== undefined && matching.length === 1 && idOrEnd.length >= 4) return only;
  throw new RefbenchError(
    "usage",
    `${matching.length} runs in ${bucket.url} end in "${idOrEnd}", expected one: name it by its whole id; there are ${ids.slice(-5).join(", ") || "none"}`,
  );
}

/**
 * Makes the folder of a run again from its mirror, for a teardown on this machine. What this machine has of the run
 * already stays, except a state that the bucket has a later one of. The secrets are not in the mirror.
 */
export async function restoreRun(
  bucket: Bucket,
  runId: RunId,
  { cwd, clock }: { readonly cwd: string; readonly clock: Clock },
): Promise<RunFolder> {
  const prefix = mirrorKeys.files(runId);
  const names = (await bucket.list(prefix)).map((key) => key.slice(prefix.length)).filter(isMirrored);
  const plan = await readMirroredPlan(bucket, runId);
  const folder = await createRunFolder(cwd, runId);
  await chmod(folder.path, 0o700);
  for (const name of names) {
    // The plan comes last: a folder without one is no run. The owner was a process of the lost machine.
    if (name === "plan.json" || name === OWNER || !isRestored(name)) continue;
    const bytes = await bucket.get(mirrorKeys.file(runId, name));
    if (bytes !== undefined) refuseForeign(name, bytes, runId, bucket);
    if (bytes !== undefined) await place(join(folder.path, name), bytes, isState(name));
  }
  await restoreJournal(folder, bucket, runId);
  if (names.includes(OWNER)) await noteLostMachine(folder, clock);
  // From here on this is where it is mirrored: the share may be mounted elsewhere on this machine.
  const own = { ...plan, mirror: bucket.url };
  signPlan(folder, jsonText(own));
  await writeJson(folder.plan, own);
  return folder;
}

/** Refuses what would have another's program run here, or another's environment torn down under this run's name. */
function refuseForeign(name: string, bytes: Uint8Array, runId: RunId, { url }: Bucket): void {
  const file = `${mirrorKeys.file(runId, name)} in ${url}`;
  const provider = isState(name) ? foreignProvider(bytes) : undefined;
  if (provider !== undefined)
    throw new RefbenchError(
      "run_folder",
      `${file} names ${provider}, expected providers of hashicorp only: it is not what refbench wrote; "refbench sweep --run ${runId}" goes on without it`,
    );
  if (name !== "environment.json") return;
  const environment = environmentSchema.safeParse(jsonOf(bytes));
  if (environment.success && environment.data.runId === runId) return;
  throw new RefbenchError(
    "run_folder",
    `${file} is not the environment of that run: "refbench sweep --run ${runId}" goes on without it`,
  );
}

/** What a run of a bucket was told to do; throws when the bucket does not say. */
export async function readMirroredPlan(bucket: Bucket, runId: RunId): Promise<Plan> {
  const bytes = await bucket.get(mirrorKeys.file(runId, "plan.json"));
  if (bytes !== undefined) return planOf(bytes, runId, bucket.url);
  throw new RefbenchError(
    "usage",
    `no run ${runId} in ${bucket.url}: expected ${mirrorKeys.file(runId, "plan.json")} there; look with "refbench sweep --run ${runId}" for what may exist of it`,
  );
}

/**
 * A run that a process drove and that was not handed over was stopped by its machine's end, whatever it had measured
 * by then. A staged run has no such process.
 */
async function noteLostMachine(folder: RunFolder, clock: Clock): Promise<void> {
  // Where the owner's file is, the reaper sees the death itself.
  if ((await findFile(folder.owner)) !== undefined) return;
  const journal = new Journal(folder.journal, clock);
  const { entries } = await journal.read();
  const isToldOf = entries.some(
    (entry) =>
      entry.type === "hand-over" ||
      entry.type === "kept" ||
      (entry.type === "finding" && entry.reason === LOST),
  );
  if (!isToldOf) await journal.append({ type: "finding", verdict: "interrupted", reason: LOST });
}

function planOf(bytes: Uint8Array, runId: RunId, url: string): Plan {
  const parsed = planSchema.safeParse(jsonOf(bytes));
  if (parsed.success && parsed.data.runId === runId) return parsed.data;
  throw new RefbenchError(
    "run_folder",
    `the plan of ${runId} in ${url} cannot be read: "refbench sweep --run ${runId}" finds what exists without it`,
  );
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return parseJson(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

async function place(path: string, bytes: Uint8Array, state: boolean): Promise<void> {
  const here = await findFile(path);
  if (here !== undefined && !(state && isOlderState(here, bytes))) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await write(path, bytes);
}

/** One object a line; a line that cannot be read is kept, so that whoever reads the journal counts it. */
async function restoreJournal(folder: RunFolder, bucket: Bucket, runId: RunId): Promise<void> {
  if ((await findFile(folder.journal)) !== undefined) return;
  const keys = await bucket.list(mirrorKeys.journal(runId));
  const lines = (await getAll(bucket, keys)).map((bytes) => Buffer.from(bytes ?? []).toString());
  await write(folder.journal, Buffer.from(inWrittenOrder(lines).join("\n") + "\n"));
}

/**
 * Keys sort by stamps, which a clock that was set puts into a wrong order: lines of one boot are ordered by the time
 * since it, at the place of the first of them.
 */
function inWrittenOrder(lines: readonly string[]): readonly string[] {
  const read = lines.map((line) => ({ line, ...parseJournal(line).entries[0]?.sinceBoot }));
  return read.flatMap(({ line, boot }, index) => {
    if (boot === undefined) return [line];
    const ofBoot = read.filter((other) => other.boot === boot);
    if (read.findIndex((other) => other.boot === boot) !== index) return [];
    return ofBoot.toSorted((a, b) => (a.ms ?? 0) - (b.ms ?? 0)).map((other) => other.line);
  });
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const draft = `${path}.restored`;
    const file = await open(draft, "w", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    throw new RefbenchError("run_folder", `cannot write ${path}: free space or fix permissions`, { cause });
  }
}
