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
import { chooseRun, RUN_NAMES, runsToName } from "../../model/choose-run.ts";
import { jsonText, writeJson } from "../../tools/files/json-file.ts";
import { createRunFolder, type RunFolder } from "../folder/run-folder.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** Mirrored to distinguish a driven run from a staged one; never restored. */
const DRIVER = "owner.json";
const LOST = "the run's machine was lost before it handed over";

/** The id of a run in a bucket, which `chooseRun` understands. A whole id is not looked for. */
export async function findMirroredRun(bucket: Bucket, given: string): Promise<RunId> {
  if (RUN_ID_PATTERN.test(given)) return given;
  const ids = (await mirroredRuns(bucket)).map(({ runId }) => runId);
  const runId = chooseRun(given, ids);
  if (runId !== undefined) return runId;
  throw new RefbenchError(
    "usage",
    `no run "${given}" in ${bucket.url}: expected ${RUN_NAMES}; ${runsToName(ids)}`,
  );
}

/**
 * Recreates a run's folder from its mirror, for a teardown on this machine. Existing files stay, except a
 * state of which the bucket has a later version. The mirror does not contain the secrets.
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
    // The plan comes last, because only a folder with a plan counts as a run. The driver was a process of the
    // lost machine.
    if (name === "plan.json" || name === DRIVER || !isRestored(name)) continue;
    const bytes = await bucket.get(mirrorKeys.file(runId, name));
    if (bytes !== undefined) refuseForeign(name, bytes, runId, bucket);
    if (bytes !== undefined) await restoreFile(join(folder.path, name), bytes, isState(name));
  }
  await restoreJournal(folder, bucket, runId);
  if (names.includes(DRIVER)) await noteLostMachine(folder, clock);
  // The mirror's place may have another path on this machine, for example a mounted share.
  const own = { ...plan, mirror: bucket.url };
  signPlan(folder, jsonText(own));
  await writeJson(folder.plan, own);
  return folder;
}

/**
 * Throws when a file would run another program here, or tear down another environment under this run's name.
 */
function refuseForeign(name: string, bytes: Uint8Array, runId: RunId, { url }: Bucket): void {
  const file = `${mirrorKeys.file(runId, name)} in ${url}`;
  const provider = isState(name) ? foreignProvider(bytes) : undefined;
  if (provider !== undefined)
    throw new RefbenchError(
      "run_folder",
      `${file} names ${provider}, expected only providers of hashicorp: refbench did not write it; "refbench sweep --run ${runId}" works without it`,
    );
  if (name !== "environment.json") return;
  const environment = environmentSchema.safeParse(parseBytes(bytes));
  if (environment.success && environment.data.runId === runId) return;
  throw new RefbenchError(
    "run_folder",
    `${file} is not the environment of that run: "refbench sweep --run ${runId}" works without it`,
  );
}

/** The plan of a run in a bucket. Throws when the bucket has no readable one. */
export async function readMirroredPlan(bucket: Bucket, runId: RunId): Promise<Plan> {
  const bytes = await bucket.get(mirrorKeys.file(runId, "plan.json"));
  if (bytes !== undefined) return parsePlan(bytes, runId, bucket.url);
  throw new RefbenchError(
    "usage",
    `no run ${runId} in ${bucket.url}: expected ${mirrorKeys.file(runId, "plan.json")} there; check with "refbench sweep --run ${runId}" whether anything of it exists`,
  );
}

/**
 * Records that a driven run was interrupted by the end of its machine, if it was not handed over. A staged
 * run has no driver.
 */
async function noteLostMachine(folder: RunFolder, clock: Clock): Promise<void> {
  // If the driver's file is here, the reaper notices the death itself.
  if ((await findFile(folder.driver)) !== undefined) return;
  const journal = new Journal(folder.journal, clock);
  const { entries } = await journal.read();
  const isRecorded = entries.some(
    (entry) =>
      entry.type === "hand-over" ||
      entry.type === "kept" ||
      (entry.type === "finding" && entry.reason === LOST),
  );
  if (!isRecorded) await journal.append({ type: "finding", verdict: "interrupted", reason: LOST });
}

function parsePlan(bytes: Uint8Array, runId: RunId, url: string): Plan {
  const parsed = planSchema.safeParse(parseBytes(bytes));
  if (parsed.success && parsed.data.runId === runId) return parsed.data;
  throw new RefbenchError(
    "run_folder",
    `the plan of ${runId} in ${url} cannot be read: "refbench sweep --run ${runId}" finds existing resources without it`,
  );
}

function parseBytes(bytes: Uint8Array): unknown {
  try {
    return parseJson(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

async function restoreFile(path: string, bytes: Uint8Array, state: boolean): Promise<void> {
  const here = await findFile(path);
  if (here !== undefined && !(state && isOlderState(here, bytes))) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await write(path, bytes);
}

/** Writes one line per object. Unreadable lines are kept, so that readers of the journal count them. */
async function restoreJournal(folder: RunFolder, bucket: Bucket, runId: RunId): Promise<void> {
  if ((await findFile(folder.journal)) !== undefined) return;
  const keys = await bucket.list(mirrorKeys.journal(runId));
  const lines = (await getAll(bucket, keys)).map((bytes) => Buffer.from(bytes ?? []).toString());
  await write(folder.journal, Buffer.from(inWrittenOrder(lines).join("\n") + "\n"));
}

/**
 * Keys sort by stamps, which are out of order if the clock was set. So lines of one boot are ordered by the
 * time since that boot, at the place of the first of them.
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
