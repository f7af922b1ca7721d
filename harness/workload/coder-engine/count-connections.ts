import type { LoadResult } from "../../model/record/worker-result.ts";
import type { FailureLedger } from "../context/failures.ts";
import { trafficFailure } from "./error-class.ts";
import type { UtilityRun } from "./report.ts";

type Connections = LoadResult["connections"];

/**
 * What the utility's connections did. One that read nothing has failed, however the utility counted it; of the others
 * those count as held that overlapped in time. None is verified: it compares nothing of what comes back.
 */
export function countConnections(
  runs: readonly UtilityRun[],
  {
    asked,
    reachable,
    ssh,
    failures,
  }: {
    readonly asked: number;
    /** Workspaces that have an agent. */
    readonly reachable: number;
    readonly ssh: boolean;
    readonly failures: FailureLedger;
  },
): Connections {
  const opening = ssh ? "ssh-handshake" : "terminal-first-byte";
  const good: UtilityRun[] = [];
  let lost = 0;
  for (const run of runs) {
    if (run.error !== undefined) {
      const failure = trafficFailure(run.error, opening);
      failures.add(failure.class, failure.phase, failure.message);
      if (failure.class === "connection-lost") lost++;
    } else if ((run.bytes?.read ?? 0) === 0) {
      const told = run.bytes === undefined ? "its report tells nothing of bytes" : "it read 0 bytes";
      failures.add("silent-connection", opening, `${run.id} passed by its own count although ${told}`);
    } else good.push(run);
  }
  // What a workspace without an agent cannot carry has failed with it.
  for (let missing = Math.min(asked, reachable) - runs.length; missing > 0; missing--)
    failures.add("unexpected", opening, "the utility reported nothing of a connection that it was to make");
  const held = atOnce(good);
  const total = (of: "read" | "written"): number =>
    runs.reduce((sum, { bytes }) => sum + (bytes?.[of] ?? 0), 0);
  return {
    asked,
    held,
    heldTerminal: ssh ? 0 : held,
    heldSsh: ssh ? held : 0,
    verified: 0,
    lost,
    failed: Math.max(0, asked - held - lost),
    bytes: { sent: total("written"), received: total("read") },
  };
}

/** How many of the runs were under way at the same time, at most. */
function atOnce(runs: readonly UtilityRun[]): number {
  const changes = runs
    .flatMap(({ startedMs, durationMs }) => [
      { at: startedMs, by: 1 },
      { at: startedMs + durationMs, by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  return changes.reduce((most, { by }) => Math.max(most, (now += by)), 0);
}
