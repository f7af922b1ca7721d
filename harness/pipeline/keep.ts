import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { StageContext } from "./context.ts";
import { findJson, writeJson } from "./json-file.ts";
import { listRunFoldersIn, type RunFolder } from "./run-folder.ts";
import { findFinalRecord } from "./run-record.ts";

const keepSchema = z.object({ untilMs: z.number(), reason: z.string() });

/** Until when a failed run stays, or undefined when it is not kept. */
export async function findKeep(folder: RunFolder): Promise<z.infer<typeof keepSchema> | undefined> {
  return findJson(folder.keep, keepSchema);
}

/**
 * Keeps a failed environment for a look, as the plan allows: at most until its hard expiry, and only while fewer than
 * `max` runs beside it are kept. Returns until when, or undefined when it is not kept.
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
      message: `not kept: ${kept} failed runs are kept already, and --keep-max is ${keepOnFailure.max}`,
    });
    return undefined;
  }
  const wanted = ports.clock.now() + keepOnFailure.ms;
  const untilMs = environment.expiresAt === null ? wanted : Math.min(wanted, environment.expiresAt * 1000);
  await writeJson(folder.keep, { untilMs, reason });
  await journal.append({ type: "kept", untilMs, reason });
  report({
    type: "note",
    level: "warning",
    message: `kept until ${new Date(untilMs).toISOString()} since it failed (${reason}); "refbench teardown ${plan.runId}" ends it before`,
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
