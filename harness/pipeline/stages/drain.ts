import type { z } from "zod";
import { messageOf } from "../../tools/error.ts";
import { drainResult as workerDrainResult } from "../../model/record/worker-result.ts";
import type { StageContext } from "../context/context.ts";
import { salvageJson, writeJson } from "../../tools/files/json-file.ts";
import { DEADLINES_MS } from "../folder/plan.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { findSecrets } from "../folder/secrets.ts";
import { coderTrust } from "../making/coder-trust.ts";
import { storedEvents } from "../folder/resource-counts.ts";
import { provisionResult } from "./provision.ts";
import { isLeaseHeld } from "../lease/lease.ts";
import { countOf } from "../../tools/count-text.ts";

/**
 * A Coder server that restarts or ran out of memory is back within this time. One that does not come back is
 * gone.
 */
const GONE_AFTER_MS = 2 * 60_000;

/** The stored result of drain: the remaining workspaces, by id. */
export const storedDrainResult = workerDrainResult.omit({ stopped: true });

/**
 * Deletes every workspace through Coder while Coder lives: only Coder knows what they are made of. If Coder
 * never existed or is gone, this is not a failure: the sweep removes the rest.
 */
export async function drain(context: StageContext): Promise<string> {
  const { folder, plan, environment, ports, journal, signal, report } = context;
  const { entries } = await journal.read();
  const provisioned = await salvageJson(folder.result("provision"), provisionResult);
  const wasSetUp = entries.some((entry) => entry.type === "stage-intent" && entry.stage === "bootstrap");
  if (provisioned === undefined || !wasSetUp) return "Coder was never set up: no workspaces to delete";
  const secrets = await findSecrets(folder);
  if (secrets === undefined) return "the secrets are lost: the sweep removes the workspaces";
  await context.checkLease();
  const before = await deletedBefore(folder);
  try {
    const result = await ports.worker.drain(
      {
        task: "drain",
        deployment: { url: provisioned.outputs.coder_url, ssh: "none", ...coderTrust(environment) },
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
    await writeJson(folder.result("drain"), {
      deleted: before + result.deleted,
      remaining: result.remaining,
      ...(result.unasked === undefined ? {} : { unasked: result.unasked }),
    } satisfies z.infer<typeof storedDrainResult>);
    const warn = (message: string): void => report({ type: "note", level: "warning", message });
    for (const { kind = "workspace", id, name, reason } of result.remaining)
      warn(`${kind} ${name} (${id}) could not be deleted, the sweep removes it: ${reason}`);
    const { unasked = [] } = result;
    for (const sentence of unasked) warn(`the drain is unverified: ${sentence}`);
    const deleted = before + result.deleted;
    return `${countOf(deleted, "workspace")} deleted, ${result.remaining.length} remaining${unasked.length === 0 ? "" : ", unverified"}`;
  } catch (error) {
    if (signal.aborted || isLeaseHeld(error)) throw error;
    // A failed drain, whatever its reason, must not prevent the destroy.
    report({
      type: "note",
      level: "warning",
      message: `Coder could not be drained, the sweep removes what it made: ${messageOf(error)}`,
    });
    return "Coder did not answer: the sweep removes what it made";
  }
}

/** How many workspaces earlier drains of this run deleted. For a killed process, its events count. */
async function deletedBefore(folder: RunFolder): Promise<number> {
  const result = await salvageJson(folder.result("drain"), storedDrainResult);
  const last = (await storedEvents(folder)).findLast((event) => event.type === "drain.progress");
  return Math.max(result?.deleted ?? 0, last?.type === "drain.progress" ? last.deleted : 0);
}
