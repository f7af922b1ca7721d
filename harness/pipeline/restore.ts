import { chmod, mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Bucket } from "../model/bucket.ts";
import { RefbenchError } from "../model/error.ts";
import { RUN_ID_PATTERN, type RunId } from "../model/run-id.ts";
import { mirrorKeys } from "./mirror.ts";
import { isMirrored, isOlderState, isState } from "./mirrored-files.ts";
import { planSchema } from "./plan.ts";
import { writeJson } from "./json-file.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";

/** Lines of the journal that are fetched at once. */
const AT_ONCE = 16;

/** The id of a run that a bucket holds, by the whole of it or by a unique end. */
export async function findMirroredRun(bucket: Bucket, idOrEnd: string): Promise<RunId> {
  if (RUN_ID_PATTERN.test(idOrEnd)) return idOrEnd;
  const keys = await bucket.list(mirrorKeys.runs);
  const ids = new Set(keys.map((key) => key.slice(mirrorKeys.runs.length).split("/", 1)[0] ?? ""));
  const matching = [...ids].filter((id) => RUN_ID_PATTERN.test(id) && id.endsWith(idOrEnd));
  const [only] = matching;
  if (only !== undefined && matching.length === 1 && idOrEnd.length >= 4) return only;
  throw new RefbenchError(
    "usage",
    `${matching.length} runs in ${bucket.url} end in "${idOrEnd}", expected one: name it by its whole id; there are ${[...ids].slice(-5).join(", ") || "none"}`,
  );
}

/**
 * Makes the folder of a run again from its mirror, for a teardown on this machine. What this machine has of the run
 * already stays, except a state that the bucket has a later one of. The secrets are not in the mirror.
 */
export async function restoreRun(cwd: string, bucket: Bucket, runId: RunId): Promise<RunFolder> {
  const prefix = mirrorKeys.files(runId);
  const names = (await bucket.list(prefix)).map((key) => key.slice(prefix.length)).filter(isMirrored);
  const planBytes = await bucket.get(mirrorKeys.file(runId, "plan.json"));
  if (planBytes === undefined) {
    throw new RefbenchError(
      "usage",
      `no run ${runId} in ${bucket.url}: expected ${mirrorKeys.file(runId, "plan.json")} there; look with "refbench sweep --run ${runId}" for what may exist of it`,
    );
  }
  const plan = planOf(planBytes, runId, bucket.url);
  const folder = await createRunFolder(cwd, runId);
  await chmod(folder.path, 0o700);
  for (const name of names) {
    // The plan comes last: a folder without one is no run.
    if (name === "plan.json") continue;
    const bytes = await bucket.get(mirrorKeys.file(runId, name));
    if (bytes !== undefined) await place(join(folder.path, name), bytes, isState(name));
  }
  await restoreJournal(folder, bucket, runId);
  // From here on this is where it is mirrored: the share may be mounted elsewhere on this machine.
  await writeJson(folder.plan, { ...plan, mirror: bucket.url });
  return folder;
}

function planOf(bytes: Uint8Array, runId: RunId, url: string) {
  const parsed = planSchema.safeParse(jsonOf(bytes));
  if (parsed.success && parsed.data.runId === runId) return parsed.data;
  throw new RefbenchError(
    "run_folder",
    `the plan of ${runId} in ${url} cannot be read: "refbench sweep --run ${runId}" finds what exists without it`,
  );
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

async function place(path: string, bytes: Uint8Array, state: boolean): Promise<void> {
  const here = await readFile(path).catch(() => undefined);
  if (here !== undefined && !(state && isOlderState(here, bytes))) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await write(path, bytes);
}

/** One object a line; a line that cannot be read is kept, so that whoever reads the journal counts it. */
async function restoreJournal(folder: RunFolder, bucket: Bucket, runId: RunId): Promise<void> {
  if ((await readFile(folder.journal).catch(() => undefined)) !== undefined) return;
  const keys = await bucket.list(mirrorKeys.journal(runId));
  const lines: Buffer[] = [];
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const batch = await Promise.all(keys.slice(start, start + AT_ONCE).map((key) => bucket.get(key)));
    for (const bytes of batch) lines.push(Buffer.from(bytes ?? []), Buffer.from("\n"));
  }
  await write(folder.journal, Buffer.concat(lines));
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
