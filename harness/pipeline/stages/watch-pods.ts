import { RefbenchError } from "../../tools/error.ts";
import type { PodTrouble } from "../../model/ports/pod-trouble.ts";
import type { StageContext } from "../context/context.ts";

const POLL_MS = 5_000;

/**
 * How long a trouble may last until it counts as one that does not heal. A kubelet tries to pull again after 10, 20, 40
 * and 80 s; a cluster's autoscaler adds a node within minutes.
 */
const PATIENCE_MS: Readonly<Record<PodTrouble["kind"], number>> = {
  image: 150_000,
  refused: 60_000,
  unschedulable: 10 * 60_000,
};

const NEXT: Readonly<Record<PodTrouble["kind"], string>> = {
  image: "push it to a registry that the nodes reach, and name it by --image",
  refused: "allow the run's pods in that quota or policy",
  unschedulable: "choose a smaller --size, add nodes, or select others by --node-selector",
};

/**
 * Runs an apply in a cluster while looking at the run's pods, and ends it as soon as one of them cannot start: Helm
 * would wait a quarter of an hour and not say why.
 * @throws RefbenchError `infrastructure` with the cluster's own words
 */
export async function watchPods<Result>(
  context: StageContext,
  apply: (context: StageContext) => Promise<Result>,
): Promise<Result> {
  const { ports, signal } = context;
  if (ports.podTroubles === undefined) return apply(context);
  const stuck = new AbortController();
  const done = new AbortController();
  const watching = findLasting(context, AbortSignal.any([signal, done.signal])).then(async (trouble) => {
    if (trouble === undefined) return undefined;
    stuck.abort();
    await ports.podTroubles?.stopWaiting(signal);
    return trouble;
  });
  try {
    return await apply({ ...context, signal: AbortSignal.any([signal, stuck.signal]) });
  } catch (error) {
    if (!stuck.signal.aborted) throw error;
    const trouble = await watching;
    if (trouble === undefined) throw error;
    const message = `${trouble.words}; ${NEXT[trouble.kind]}`;
    throw new RefbenchError("infrastructure", message, { cause: error });
  } finally {
    done.abort();
    await watching;
  }
}

/** The first trouble that lasts; undefined once the signal aborts. */
async function findLasting(
  { ports, log }: StageContext,
  signal: AbortSignal,
): Promise<PodTrouble | undefined> {
  const since = new Map<string, number>();
  try {
    for (;;) {
      await ports.clock.sleep(POLL_MS, signal);
      const troubles = (await ports.podTroubles?.find(signal)) ?? [];
      const now = ports.clock.elapsed();
      const keys = new Set(troubles.map(({ key }) => key));
      for (const key of since.keys()) if (!keys.has(key)) since.delete(key);
      for (const trouble of troubles) {
        const first = since.get(trouble.key);
        if (first === undefined) {
          since.set(trouble.key, now);
          log(trouble.words);
        } else if (now - first >= PATIENCE_MS[trouble.kind]) return trouble;
      }
    }
  } catch (error) {
    if (!signal.aborted) log(`the run's pods are not watched any more: ${String(error)}`);
    return undefined;
  }
}
