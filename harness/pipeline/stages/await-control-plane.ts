import type { Cluster } from "../../model/ports/cluster.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { StageContext } from "../context/context.ts";

/** Checks every 10 s on a real cloud, where a poll is 5 s. */
const POLLS_BETWEEN_CHECKS = 2;
/**
 * How often in a row it must be ready: over a minute. A control plane that is being resized answers now and
 * then.
 */
const GOOD_CHECKS = 7;
/** How often in a row the state must be unknown before waiting ends. */
const UNKNOWN_CHECKS = 3;

/**
 * Waits until a cluster's control plane works steadily. The one of a zonal cluster is resized after its node
 * pools are made, and does not answer for 2 to 10 minutes meanwhile.
 * @throws RefbenchError `infrastructure` when it does not work within `settle.controllersMs`
 */
export async function awaitControlPlane(
  { ports, signal, report }: StageContext,
  cluster: Cluster,
  name: string,
): Promise<void> {
  const { clock, settle } = ports;
  const sinceMs = clock.elapsed();
  let [good, unknown, isNoted] = [0, 0, false];
  for (;;) {
    const look = await cluster.look(signal);
    good = look.state === "ready" ? good + 1 : 0;
    unknown = look.state === "unknown" ? unknown + 1 : 0;
    if (good >= GOOD_CHECKS) return;
    if (look.state === "unknown" && unknown >= UNKNOWN_CHECKS) {
      const message = `the control plane of cluster ${name} cannot be checked, so the run does not wait for it: ${look.reason}`;
      report({ type: "note", level: "warning", message });
      return;
    }
    if (look.state === "away") {
      if (clock.elapsed() - sinceMs >= settle.controllersMs)
        throw new RefbenchError(
          "infrastructure",
          `the control plane of cluster ${name} did not work steadily within ${formatLimit(settle.controllersMs)}: ${look.reason}; check the cluster in the cloud's console, then start another run`,
        );
      if (!isNoted) {
        const message = `waiting for the control plane of cluster ${name}: ${look.reason}`;
        report({ type: "note", level: "info", message });
      }
      isNoted = true;
    }
    await clock.sleep(POLLS_BETWEEN_CHECKS * settle.pollMs, signal);
  }
}

function formatLimit(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
