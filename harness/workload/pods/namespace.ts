import { RefbenchError } from "../../tools/error.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";
import type { JobCluster } from "./cluster.ts";

const GONE_WITHIN_MS = 120_000;
const LOOK_MS = 1_000;

/**
 * Creates a namespace with these labels, by which a sweep finds it from the moment that it exists.
 * @throws RefbenchError `infrastructure` when the API refuses
 */
export async function createNamespace(
  { call, name: cluster }: JobCluster,
  { name, labels }: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<void> {
  const manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
  const answer = await call("POST", "/api/v1/namespaces", signal, manifest);
  // The name is this load's alone: one that exists is the first try's, whose answer was lost.
  if (answer.state === "ok" || answer.state === "in-use") return;
  throw new RefbenchError(
    "infrastructure",
    `cannot create namespace ${name} in ${cluster}: ${answer.reason}; name an existing one with --load-namespace`,
  );
}

/** Removes a namespace with everything in it. Returns what may remain, in words; undefined once it is gone. */
export async function removeNamespace(
  { call, name: cluster }: JobCluster,
  name: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${name}`;
  let reason = "it is still being deleted";
  const look = async (): Promise<true | undefined> => {
    const answer = await call("GET", path, signal);
    if (answer.state !== "ok") reason = answer.reason;
    return answer.state === "gone" ? true : undefined;
  };
  try {
    const deleted = await call("DELETE", path, signal);
    if (deleted.state === "gone") return undefined;
    if (deleted.state === "denied") return `namespace ${name} of ${cluster}: ${deleted.reason}`;
    const isGone = await waitUntil(look, { clock, everyMs: LOOK_MS, forMs: GONE_WITHIN_MS, signal });
    return isGone === true ? undefined : `namespace ${name} of ${cluster}: ${reason}`;
  } catch {
    return `namespace ${name} of ${cluster}, which did not answer`;
  }
}
