import { z } from "zod";
import type { LossCause } from "../../model/record/parts.ts";
import { KILLED, POD_EXIT } from "./pod-exit.ts";

const terminated = z.object({
  exitCode: z.number().int(),
  reason: z.string().optional(),
  message: z.string().optional(),
});
const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

/** The parts of a pod that are read: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ */
export const pod = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({ nodeName: z.string().optional() }).optional(),
  status: z
    .object({
      phase: z.string().optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
      conditions: z.array(condition).optional(),
      containerStatuses: z
        .array(
          z.object({
            state: z
              .object({
                waiting: z
                  .object({ reason: z.string().optional(), message: z.string().optional() })
                  .optional(),
                terminated: terminated.optional(),
              })
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});
export type Pod = z.infer<typeof pod>;

export const podList = z.object({ items: z.array(pod) });

export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.labels?.["batch.kubernetes.io/job-completion-index"];
  return text === undefined ? undefined : Number(text);
}

export function isEnding({ metadata, status }: Pod): boolean {
  return (
    metadata.deletionTimestamp !== undefined || status?.phase === "Failed" || status?.phase === "Succeeded"
  );
}

/** Whether its worker can be reached: the program is unpacked. */
export function isReady(one: Pod): boolean {
  return !isEnding(one) && findCondition(one, "Ready")?.status === "True";
}

export function findCondition({ status }: Pod, type: string): z.infer<typeof condition> | undefined {
  return status?.conditions?.find((each) => each.type === type);
}

/** Why a pod is gone for its part, as far as its cluster tells. */
export interface PodLoss {
  readonly loss: LossCause;
  readonly words: string;
}

/** Explains the end of a pod; undefined while it runs. A pod that is no longer there was deleted. */
export function explainEnd(one: Pod | undefined): PodLoss | undefined {
  if (one === undefined) return { loss: "disruption", words: "its pod no longer exists: it was deleted" };
  const ended = one.status?.containerStatuses?.[0]?.state?.terminated;
  const disruption = findCondition(one, "DisruptionTarget");
  const { name } = one.metadata;
  if (ended?.reason === "OOMKilled")
    return { loss: "memory", words: `pod ${name} reached its limit of memory (OOMKilled)` };
  if (disruption?.status === "True") {
    const { reason = "DisruptionTarget", message } = disruption;
    return {
      loss: disruptionCause(reason, message),
      words: `pod ${name} was disrupted: ${wordsOf(reason, message)}`,
    };
  }
  if (one.status?.reason === "Evicted") {
    const { reason, message } = one.status;
    return {
      loss: disruptionCause(reason, message),
      words: `pod ${name} was evicted: ${wordsOf(reason, message)}`,
    };
  }
  if (one.status?.reason === "NodeLost") return { loss: "node", words: `the node of pod ${name} was lost` };
  if (ended !== undefined)
    return { loss: endCause(ended.exitCode), words: `pod ${name} ended: ${describeExit(ended)}` };
  if (one.status?.phase === "Failed")
    return {
      loss: "unknown",
      words: `pod ${name} failed: ${wordsOf(one.status.reason, one.status.message)}`,
    };
  if (one.metadata.deletionTimestamp !== undefined)
    return { loss: "disruption", words: `pod ${name} is being deleted` };
  return undefined;
}

/** A node that ran out of memory under the generator is the generator's; a preemption is not. */
function disruptionCause(reason: string, message = ""): LossCause {
  if (reason === "TerminationByKubelet" && /memory/i.test(message)) return "memory";
  if (reason === "Evicted" && /memory/i.test(message)) return "memory";
  return reason === "DeletionByTaintManager" || reason === "DeletionByPodGC" ? "node" : "disruption";
}

function endCause(exitCode: number): LossCause {
  if (exitCode === POD_EXIT.stopped || exitCode === POD_EXIT.stoppedBefore) return "disruption";
  return "unknown";
}

function describeExit({ exitCode, reason, message }: z.infer<typeof terminated>): string {
  const words: Readonly<Record<number, string>> = {
    [POD_EXIT.unasked]: "no task came in time",
    [POD_EXIT.abandoned]: "nobody came for its result",
    [POD_EXIT.hostGone]: "its worker ended without a result",
    [POD_EXIT.stopped]: "it was stopped with its task",
    [POD_EXIT.stoppedBefore]: "it was stopped before it had a task",
    [KILLED]: "it was killed",
  };
  const said = words[exitCode] ?? wordsOf(reason, message);
  return `${said} (exit code ${exitCode})`;
}

/** A reason and its message in one line. */
export function wordsOf(reason: string | undefined, message: string | undefined): string {
  const texts = [reason, message?.trim().replaceAll(/\s+/g, " ")];
  return texts.filter((text) => text !== undefined && text !== "").join(": ") || "no reason given";
}
