import type { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { drainResult as shardDrainResult } from "../../model/record/worker-result.ts";
import type { StageContext } from "../context/context.ts";
import { salvageJson, writeJson } from "../../tools/files/json-file.ts";
import { DEADLINES_MS } from "../folder/plan.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { findSecrets } from "../folder/secrets.ts";
import { trustOf } from "../making/trust-of.ts";
import { storedEvents } from "../folder/resource-counts.ts";
import { provisionResult } from "./provision.ts";
import { isLeaseHeld } from "../lease/lease.ts";

/** A Coder server that restarts, or ran out of memory, is back within a minute; what is not is gone. */
const GONE_AFTER_MS = 2 * 60_000;

/** What drain leaves: the workspaces that would not go, handed on by id. */
export const storedDrainResult = shardDrainResult.omit({ stopped: true });

/**
 * Deletes every workspace through Coder while Coder still lives: afterwards nobody knows what they were made of.
 * A Coder that never was, or is gone, is no failure: what is left of it is the sweep's.
 */
export async function drain(context: StageContext): Promise<string> {
  const { folder, plan, environment, ports, journal, signal, report } = context;
  const { entries } = await journal.read();
  const provisioned = await salvageJson(folder.result("provision"), provisionResult);
  const wasSetUp = entries.some((entry) => entry.type === "stage-intent" && entry.stage === "bootstrap");
  if (provisioned === undefined || !wasSetUp) return "Coder was never set up: no workspaces to delete";
  const secrets = await findSecrets(folder);
  if (secrets === undefined) return "the secrets are lost: workspaces are left to the sweep";
  await context.checkLease();
  const before = await deletedBefore(folder);
  try {
    const result = await ports.shard.run(
      {
        task: "drain",
        deployment: { url: provisioned.outputs.coder_url, ssh: "none", ...trustOf(environment) },
        ...(secrets.token === undefined ? {} : { token: secrets.token }),
        admin: {
          email: secrets.adminEmail,
          username: secrets.adminUsername,
          password: secrets.adminPassword,
        },
        // The twin's Coder is back at once, or never.
        ...(plan.simulated ? {} : { goneAfterMs: GONE_AFTER_MS }),
        concurrency: 0,
        timeoutMs: DEADLINES_MS.drain - 60_000,
      },
      {
        signal,
        onEvent: (event) => {
          if (event.type === "progress") {
            const { deleted, total } = event.progress.workspaces;
            report({ type: "drain.progress", deleted: before + deleted, remaining: total - deleted });
          }
        },
      },
    );
    if (result.task !== "drain")
      throw new RefbenchError("shard", `the shard answered a drain task with a result of ${result.task}`);
    await writeJson(folder.result("drain"), {
      deleted: before + result.deleted,
      remaining: result.remaining,
      ...(result.unasked === undefined ? {} : { unasked: result.unasked }),
    } satisfies z.infer<typeof storedDrainResult>);
    const warn = (message: string): void => report({ type: "note", level: "warning", message });
    for (const { kind = "workspace", id, name, reason } of result.remaining)
      warn(`${kind} ${name} (${id}) would not go and is left to the sweep: ${reason}`);
    const { unasked = [] } = result;
    for (const sentence of unasked) warn(`the drain is unverified: ${sentence}`);
    const deleted = before + result.deleted;
    return `${deleted === 1 ? "1 workspace" : `${deleted} workspaces`} deleted, ${result.remaining.length} left${unasked.length === 0 ? "" : ", unverified"}`;
  } catch (error) {
    if (signal.aborted || isLeaseHeld(error)) throw error;
    // Whatever its reason, a failed drain must not keep the rest from being destroyed.
    report({
      type: "note",
      level: "warning",
      message: `Coder could not be drained, what it made is left to the sweep: ${messageOf(error)}`,
    });
    return "Coder did not answer: what it made is left to the sweep";
  }
}

/** What earlier drains of this run deleted, that of a killed process as far as its events say. */
async function deletedBefore(folder: RunFolder): Promise<number> {
  const result = await salvageJson(folder.result("drain"), storedDrainResult);
  const last = (await storedEvents(folder)).findLast((event) => event.type === "drain.progress");
  return Math.max(result?.deleted ?? 0, last?.type === "drain.progress" ? last.deleted : 0);
}
