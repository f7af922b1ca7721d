import { dirname, resolve } from "node:path";
import { z } from "zod";
import { instantMs } from "../../tools/time/instant.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { hasCome, later, momentNow } from "../../tools/time/moment.ts";
import { bootTime } from "../../tools/time/boot-time.ts";
import type { StageContext } from "../context/context.ts";
import { findJson, writeJson } from "../../tools/files/json-file.ts";
import { listRunFoldersIn, type RunFolder } from "../folder/run-folder.ts";
import { findFinalRecord } from "../record/run-record.ts";

const keepSchema = z.object({
  untilMs: instantMs,
  /** The same moment by a clock that cannot be set; absent in files of earlier versions. */
  untilSinceBoot: bootTime.optional(),
  reason: z.string(),
});
type Keep = z.infer<typeof keepSchema>;

/** Until when a failed run is kept, or undefined if it is not kept. */
export async function findKeep(folder: RunFolder): Promise<Keep | undefined> {
  return findJson(folder.keep, keepSchema);
}

/** Whether the time of a kept run has passed. */
export function isKeepOver({ untilMs, untilSinceBoot }: Keep, clock: Clock): boolean {
  return hasCome({ atMs: untilMs, sinceBoot: untilSinceBoot }, momentNow(clock));
}

/**
 * Keeps a failed environment for inspection, if the plan says so: at most until its hard expiry, and only
 * while fewer than `max` other runs are kept. Returns until when (Unix milliseconds), or undefined if it is
 * not kept.
 */
export async function keepAfterFailure(context: StageContext, reason: string): Promise<number | undefined> {
  const { folder, plan, environment, ports, journal, report } = context;
  const { keepOnFailure } = plan;
  if (keepOnFailure === undefined) return undefined;
  const kept = await countKept(folder);
  if (kept >= keepOnFailure.max) {
    report({
      type: "note",
      level: "warning",
      message: `not kept: ${kept} failed runs are already kept, and --keep-max is ${keepOnFailure.max}`,
    });
    return undefined;
  }
  const now = momentNow(ports.clock);
  const end = later(now, keepOnFailure.ms);
  const untilMs = Math.min(end.atMs, (environment.expiresAt ?? Infinity) * 1000);
  const keep: Keep = { untilMs, untilSinceBoot: end.sinceBoot, reason };
  await writeJson(folder.keep, keep);
  await journal.append({ type: "kept", untilMs, reason });
  report({
    type: "note",
    level: "warning",
    message: `kept until ${new Date(untilMs).toISOString()} because it failed (${reason}); "refbench teardown ${plan.runId}" removes it earlier`,
  });
  return untilMs;
}

async function countKept(own: RunFolder): Promise<number> {
  let kept = 0;
  for (const folder of await listRunFoldersIn(dirname(resolve(own.path)))) {
    if (folder.path === own.path) continue;
    if ((await findKeep(folder)) !== undefined && (await findFinalRecord(folder)) === undefined) kept += 1;
  }
  return kept;
}
