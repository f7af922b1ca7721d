import type { Phase } from "../../model/record/worker-result.ts";
import { readHistogram } from "../judge/histogram.ts";
import { isCutShort } from "./counts.ts";
import { atMost, type Measured, type Rule, same, sum } from "./rule.ts";

/** Each part of a load rounds its share of a rate or number. */
const ROUNDING = 8;
const SLACK_MS = 1_000;

/** Windows and counts show that the hold and the ramp lasted as long as requested. */
export const loadIsAsAsked: Rule<Measured> = {
  name: "load-is-as-asked",
  check: (of) => {
    const { record, measurements } = of;
    const { connections, engine, windows = [] } = measurements;
    const { holdMs, rampPerSecond, commandsPerSecond, sshShare } = record.load;
    const isWhole = connections.asked > 0 && connections.held === connections.asked;
    if (engine !== undefined || isCutShort(of) || !isWhole) return [];
    const slackMs = Math.max(0, ...windows.map(({ startMs, endMs }) => endMs - startMs)) * 1.2 + SLACK_MS;
    const spent = (activity: string): number =>
      sum(windows.filter((one) => one.activity === activity).map(({ startMs, endMs }) => endMs - startMs));
    const rampMs = rampPerSecond === undefined ? 0 : (connections.asked / rampPerSecond) * 1000;
    const due = Math.floor(((holdMs ?? 0) / 1000) * (commandsPerSecond ?? 0) + 1e-9);
    const asked = connections.asked * sshShare;
    return [
      ...(holdMs === undefined || windows.length === 0
        ? []
        : lasted("hold", holdMs, spent("holding"), slackMs, longest(of, ["held-command", "traffic-tick"]))),
      ...(rampPerSecond === undefined || windows.length === 0
        ? []
        : lasted(
            "ramp",
            rampMs,
            spent("connecting"),
            slackMs,
            longest(of, ["terminal-first-byte", "ssh-handshake"]) + longest(of, ["opening-command"]),
          )),
      commandsPerSecond === undefined
        ? undefined
        : same(["commands in the hold", count(of, "held-command")], ["those due", due], ROUNDING),
      connections.sshPath === "none" || connections.ssh !== undefined
        ? undefined
        : same(["SSH held", connections.heldSsh], ["the share asked for", asked], ROUNDING),
    ];
  },
};

/** A stage takes as long as requested, plus at most its longest answer. */
function lasted(
  name: string,
  askedMs: number,
  seenMs: number,
  slackMs: number,
  answerMs: number,
): readonly (string | undefined)[] {
  return [
    atMost([`the ${name} asked for, ms,`, askedMs], ["the one in the windows", seenMs], slackMs),
    atMost(
      [`the ${name} in the windows, ms,`, seenMs],
      ["the one asked for and its longest answer", askedMs + answerMs],
      slackMs,
    ),
  ];
}

function longest({ measurements }: Measured, phases: readonly Phase[]): number {
  const found = measurements.histograms.filter(
    ({ phase, basis }) => basis === "intended" && phases.includes(phase),
  );
  return Math.max(0, ...found.map((one) => readHistogram(one).maxUs / 1000));
}

function count({ measurements }: Measured, phase: Phase): number {
  const found = measurements.histograms.find((one) => one.phase === phase && one.basis === "intended");
  return found?.count ?? 0;
}
