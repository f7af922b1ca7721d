import type { CoderClient } from "../../coder/client.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";
import {
  type BuildCapacity,
  buildCapacity,
  type CountedCapacity,
  describeProvisioners,
} from "../context/capacity.ts";
import type { TaskContext } from "../context/load-context.ts";
import { countOf } from "../../tools/count-text.ts";

const ASK_AGAIN_MS = 500;
/** A count that stays wrong for this long is a wrong value, not a deployment that is still starting. */
const SETTLED_MS = 15_000;
/**
 * External provisioners start on machines of their own: a machine boots and pulls their image in a few minutes, and
 * Coder lists one that went away for 90 s.
 */
const PROVISIONERS_WITHIN_MS = 5 * 60_000;

type Expected = BootstrapTask["expect"];

interface Wait {
  readonly isDone: (seen: CountedCapacity) => boolean;
  readonly settledMs: number;
  /** What differs, in words; undefined if nothing was answered. */
  readonly describe: (seen: CountedCapacity | undefined) => string;
  readonly onChange?: (seen: CountedCapacity) => void;
}

/**
 * Waits until exactly the expected replicas and daemons are live. Another count means that a Helm value did
 * not reach Coder, or that external provisioners did not come.
 */
export async function awaitCapacity(
  admin: CoderClient,
  organizationId: string,
  expect: Expected,
  context: TaskContext,
  deadline: number,
): Promise<BuildCapacity> {
  const { replicas, provisionerDaemons: daemons, provisionerKey } = expect;
  const { provisionersWithinMs = PROVISIONERS_WITHIN_MS } = expect;
  return awaitCount(admin, organizationId, context, deadline, {
    isDone: (seen) =>
      seen.replicas === replicas &&
      seen.daemons === daemons &&
      (provisionerKey === undefined || (seen.byKey.get(provisionerKey) ?? 0) === daemons),
    settledMs: provisionerKey === undefined ? SETTLED_MS : provisionersWithinMs,
    describe: (seen) =>
      provisionerKey === undefined || seen === undefined || seen.replicas !== replicas
        ? describeDifference(seen, expect)
        : describeMissing(seen, daemons, provisionerKey),
    ...(provisionerKey === undefined
      ? {}
      : {
          onChange: (seen: CountedCapacity) =>
            context.emit({
              type: "note",
              message: `external provisioners: ${seen.byKey.get(provisionerKey) ?? 0} of ${daemons} connected`,
            }),
        }),
  });
}

/** Waits until exactly the expected replicas are live, whoever runs their builds. */
export async function awaitReplicas(
  admin: CoderClient,
  organizationId: string,
  replicas: number,
  context: TaskContext,
  deadline: number,
): Promise<void> {
  await awaitCount(admin, organizationId, context, deadline, {
    isDone: (seen) => seen.replicas === replicas,
    settledMs: SETTLED_MS,
    describe: (seen) =>
      `live: ${seen === undefined ? "an unknown number of replicas" : countOf(seen.replicas, "replica")}, expected ${replicas}: check coder.replicaCount in the Helm values, and the licence`,
  });
}

async function awaitCount(
  admin: CoderClient,
  organizationId: string,
  context: TaskContext,
  deadline: number,
  { isDone, settledMs, describe, onChange }: Wait,
): Promise<BuildCapacity> {
  let seen: CountedCapacity | undefined;
  let sinceMs = context.clock.elapsed();
  for (;;) {
    const answer = await buildCapacity(admin, organizationId);
    if (answer.ok) {
      const { value } = answer;
      if (isDone(value)) return value;
      if (seen?.replicas !== value.replicas || seen.daemons !== value.daemons) {
        sinceMs = context.clock.elapsed();
        onChange?.(value);
      }
      seen = value;
    }
    const now = context.clock.elapsed();
    if (now > deadline || (seen !== undefined && now - sinceMs >= settledMs)) {
      const reason = answer.ok ? "" : `; the last answer: ${answer.failure.message}`;
      throw new RefbenchError("coder", `${describe(seen)}${reason}`);
    }
    await context.clock.sleep(ASK_AGAIN_MS, context.signal);
  }
}

function describeDifference(seen: CountedCapacity | undefined, expect: Expected): string {
  const live =
    seen === undefined
      ? "the deployment does not report its replicas and provisioner daemons"
      : `live: ${countOf(seen.replicas, "replica")} with ${describeProvisioners(seen.daemons, expect)}`;
  return (
    `${live}, expected ${countOf(expect.replicas, "replica")} with ${expect.provisionerDaemons} in total: ` +
    "check coder.replicaCount and CODER_PROVISIONER_DAEMONS in the Helm values, and the licence"
  );
}

/** Which of the external provisioners are missing, or who else runs builds, and what to look at. */
function describeMissing({ daemons, byKey }: CountedCapacity, expected: number, key: string): string {
  const connected = byKey.get(key) ?? 0;
  const others = daemons - connected;
  const beside = others === 0 ? "" : `, beside ${countOf(others, "provisioner")} with another key`;
  return (
    `${connected} of ${countOf(expected, "external provisioner")} connected with key ${key}${beside}: ` +
    (connected < expected
      ? "look at the pods of Deployment coder-provisioner, or at the provisioner machines: whether they start, reach Coder's URL and trust its certificate, and what their logs say"
      : "end whatever else connects provisioners to this deployment")
  );
}
