import type { LoadResult } from "../../model/record/worker-result.ts";
import type { FailureLedger } from "../context/failures.ts";
import { trafficFailure } from "./error-class.ts";
import type { UtilityRun } from "./report.ts";

type Connections = LoadResult["connections"];

/**
 * Counts what the utility's connections did. A connection that read nothing has failed, whatever the utility
 * counted. Among the others, those that overlapped in time count as held. None is verified, because the utility
 * does not compare what comes back.
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
    /** Workspaces with an agent. */
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
      const why = run.bytes === undefined ? "its report has no byte counts" : "it read 0 bytes";
      failures.add("silent-connection", opening, `the utility counted ${run.id} as passed, but ${why}`);
    } else good.push(run);
  }
  // The connection of a workspace without an agent has failed with its workspace.
  for (let missing = Math.min(asked, reachable) - runs.length; missing > 0; missing--)
    failures.add(
      "unexpected",
      opening,
      "the utility reported nothing about a connection that it was asked for",
    );
  const held = countAtOnce(good);
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

/** The largest number of runs at the same time. */
function countAtOnce(runs: readonly UtilityRun[]): number {
  const changes = runs
    .flatMap(({ startedMs, durationMs }) => [
      { at: startedMs, by: 1 },
      { at: startedMs + durationMs, by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  return changes.reduce((most, { by }) => Math.max(most, (now += by)), 0);
}
