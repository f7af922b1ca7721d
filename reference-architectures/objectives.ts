import type { Objective, Size, SizedObjective } from "./architecture.ts";
import { STANDS_STILL, TOLD_IN_REHEARSALS } from "./goals/in-rehearsals.ts";
import { SCENARIO_OBJECTIVES } from "./goals/scenarios.ts";

/** For a person at a shell. Source: Nielsen, Usability Engineering (1993), chapter 5. */
const FLOW = "up to a second a person keeps the thread of what they do at a shell (Nielsen, 1993)";
const PATIENCE =
  "twice what a person at a shell bears without losing the thread, for one command in a hundred";
const API_REASON = "slower than this a dashboard is felt to be slow, whatever the load does meanwhile";

const SERVER_COUNT = {
  threshold: 0.95,
  direction: "at-least",
  unit: "share",
  ifUnread: "the server's own count was not read",
  reason:
    "what the server does not count was not there; a twentieth is for the half minute by which its count is old",
} as const;

/** The objectives of every architecture. Their paths are paths in the measurements of a record. */
export const OBJECTIVES: readonly SizedObjective[] = [
  {
    name: "workspaces-succeeded",
    description: "workspaces that were created, reached and ran the command, share of those asked for",
    metric: { path: "workspaces.succeeded", per: "workspaces.asked" },
    threshold: 0.99,
    direction: "at-least",
    unit: "share",
    appliesWhen: "workspaces.asked",
  },
  {
    // Ours: otherwise a run that held 10 of 1,000 connections would pass with those 10.
    name: "connections-held",
    description: "connections held at the same time, share of those asked for",
    metric: { path: "connections.held", per: "connections.asked" },
    threshold: 0.99,
    direction: "at-least",
    unit: "share",
    appliesWhen: "connections.asked",
  },
  {
    name: "connections-lost",
    description: "connections lost while they were held, share",
    metric: { path: "connections.lost", per: "connections.asked" },
    threshold: 0.01,
    direction: "at-most",
    unit: "share",
    appliesWhen: "connections.asked",
  },
  {
    name: "builds-running",
    description: "builds that ran at the same time while more were queued, share of the daemons",
    metric: { path: "builds.whileFull.peakRunning", per: "builds.capacity" },
    threshold: 0.95,
    direction: "at-least",
    unit: "share",
    appliesWhen: "builds.whileFull.ms",
    reason:
      "a daemon that takes no build from a queue is not a concurrent build that the deployment supports",
  },
  {
    name: "builds-sustained",
    description: "builds that ran on average while more were queued, share of the daemons",
    metric: { path: "builds.whileFull.running", per: "builds.capacity" },
    threshold: 0.8,
    direction: "at-least",
    unit: "share",
    appliesWhen: "builds.whileFull.ms",
    reason: "a peak is reached for an instant however slowly daemons take their next build",
    inRehearsals: TOLD_IN_REHEARSALS,
  },
  {
    name: "daemons-alive",
    description: "provisioner daemons alive throughout the builds, share of those before the load",
    metric: { path: "builds.daemons.least", per: "builds.capacity" },
    threshold: 0.95,
    direction: "at-least",
    unit: "share",
    appliesWhen: "builds.daemons.asked",
    reason: "a capacity that was not there for the whole load is not the capacity that was measured",
  },
  {
    name: "workspace-ready-p95",
    description: "workspace ready, p95",
    metric: { path: "phases.workspace-ready.p95" },
    threshold: 180_000,
    perBuildRound: 60_000,
    direction: "at-most",
    unit: "ms",
    appliesWhen: "phases.workspace-ready.attempts",
    reason: "three minutes for nodes, images and agents, and a minute for each round of builds",
    inRehearsals: TOLD_IN_REHEARSALS,
  },
  {
    name: "ssh-handshake-p95",
    description: "SSH handshake, p95",
    metric: { path: "phases.ssh-handshake.p95" },
    threshold: 2_000,
    direction: "at-most",
    unit: "ms",
    appliesWhen: "phases.ssh-handshake.attempts",
    reason: "three times what Coder's own client needs on an idle server, and what a person waits for",
    inRehearsals: TOLD_IN_REHEARSALS,
  },
  {
    name: "terminal-first-byte-p95",
    description: "terminal's first byte, p95",
    metric: { path: "phases.terminal-first-byte.p95" },
    threshold: 2_000,
    direction: "at-most",
    unit: "ms",
    appliesWhen: "phases.terminal-first-byte.attempts",
    reason: "three times what a first shell's prompt takes on an idle server, and what a person waits for",
    inRehearsals: TOLD_IN_REHEARSALS,
  },
  {
    // A warning only: Coder publishes no target for connections while builds run, and no night has shown the usual
    // latency.
    name: "visit-ssh-handshake-p95",
    description: "SSH handshake while workspaces are created, p95",
    metric: { path: "phases.visit-ssh-handshake.p95" },
    threshold: 2_000,
    direction: "at-most",
    unit: "ms",
    severity: "warn",
    appliesWhen: "phases.visit-ssh-handshake.attempts",
    reason: "as for the connections that are held; no published target for a time in which builds run",
  },
  {
    name: "visit-terminal-first-byte-p95",
    description: "terminal's first byte while workspaces are created, p95",
    metric: { path: "phases.visit-terminal-first-byte.p95" },
    threshold: 2_000,
    direction: "at-most",
    unit: "ms",
    severity: "warn",
    appliesWhen: "phases.visit-terminal-first-byte.attempts",
    reason: "as for the connections that are held; no published target for a time in which builds run",
  },
  ...held("held-command", "command over a held connection"),
  ...held("traffic-tick", "traffic over a held connection"),
  {
    name: "closing-command-p95",
    description: "command over each connection at the end of the hold, p95",
    metric: { path: "phases.closing-command.p95" },
    threshold: 2_000,
    direction: "at-most",
    unit: "ms",
    appliesWhen: "phases.closing-command.attempts",
    reason: "every connection is asked within 20 seconds, so that twice the bound of the hold is allowed",
    inRehearsals: STANDS_STILL,
  },
  {
    name: "server-count-terminals",
    description: "web terminals that the server counted, share of those held",
    metric: { path: "connections.serverGauge.terminal", per: "connections.heldTerminal" },
    appliesWhen: "connections.heldTerminal",
    ...SERVER_COUNT,
  },
  {
    name: "server-count-ssh",
    description: "SSH sessions that the server counted, share of those held",
    metric: { path: "connections.serverGauge.ssh", per: "connections.heldSsh" },
    appliesWhen: "connections.heldSsh",
    ...SERVER_COUNT,
  },
  {
    name: "api-p95",
    description: "API as other users felt it, p95",
    metric: { path: "phases.api-probe.p95" },
    threshold: 300,
    direction: "at-most",
    unit: "ms",
    reason: "slower than this a dashboard is felt to be slow",
    inRehearsals: TOLD_IN_REHEARSALS,
  },
  ...apiOfStage("arrivals", "while workspaces are created"),
  ...apiOfStage("scenario", "while the scenario runs"),
  ...apiOfStage("opening", "while connections are opened"),
  ...apiOfStage("hold", "while connections are held"),
  {
    // A few seconds without an answer do not change a percentile of the load or of a stage.
    name: "api-worst-window",
    description: "API as other users felt it, median of its worst window",
    metric: { path: "windows.probe.worstP50Ms" },
    threshold: 1_000,
    direction: "at-most",
    unit: "ms",
    ifUnread: "no window has enough probes",
    reason: "where half of the answers of some seconds take longer than a second, a dashboard stands still",
    inRehearsals: STANDS_STILL,
  },
  {
    name: "api-errors",
    description: "API requests of other users that failed, share",
    metric: { path: "phases.api-probe.errorShare" },
    threshold: 0.01,
    direction: "at-most",
    unit: "share",
    inRehearsals: TOLD_IN_REHEARSALS,
  },
  {
    name: "polls-lost",
    description: "polls of workspaces whose answer was lost, share",
    metric: { path: "polls.lost", per: "polls.asked" },
    threshold: 0.01,
    direction: "at-most",
    unit: "share",
    appliesWhen: "polls.asked",
    reason:
      "a workspace can become ready all the same, and a client that asks as often would be failed by every lost answer; one in a hundred is for a connection that is reset",
  },
  {
    name: "traffic-carried",
    description: "traffic that came back whole, share of what was due",
    metric: { path: "connections.traffic.back", per: "connections.traffic.due" },
    threshold: 0.9,
    direction: "at-least",
    unit: "share",
    appliesWhen: "connections.traffic.due",
  },
  {
    name: "apps-held",
    description: "sockets to apps that echoed what they were sent, share of those asked for",
    metric: { path: "apps.held", per: "apps.asked" },
    threshold: 0.99,
    direction: "at-least",
    unit: "share",
    appliesWhen: "apps.asked",
  },
  {
    name: "mixed-held",
    description:
      "connections of a mixed schedule that were held over their load's time, share of those asked for",
    metric: { path: "mixed.held", per: "mixed.asked" },
    threshold: 0.99,
    direction: "at-least",
    unit: "share",
    appliesWhen: "mixed.asked",
  },
  {
    name: "dashboard-reads",
    description: "dashboard reads that failed, share",
    metric: { path: "phases.api-read.errorShare" },
    threshold: 0.01,
    direction: "at-most",
    unit: "share",
    appliesWhen: "phases.api-read.attempts",
  },
  ...SCENARIO_OBJECTIVES,
];

/** Returns the objectives for latencies over held connections: of the hold only, without the opening. */
function held(phase: "held-command" | "traffic-tick", what: string): SizedObjective[] {
  return ([95, 99] as const).map((percentile) => ({
    name: `${phase}-p${percentile}`,
    description: `${what}, p${percentile}`,
    metric: { path: `phases.${phase}.p${percentile}` },
    threshold: percentile === 95 ? 1_000 : 2_000,
    direction: "at-most",
    unit: "ms",
    appliesWhen: `phases.${phase}.attempts`,
    reason: percentile === 95 ? FLOW : PATIENCE,
    inRehearsals: STANDS_STILL,
  }));
}

function apiOfStage(stage: "arrivals" | "scenario" | "opening" | "hold", when: string): SizedObjective[] {
  return [
    {
      name: `api-${stage}-p95`,
      description: `API as other users felt it ${when}, p95`,
      metric: { path: `phases.api-probe-${stage}.p95` },
      threshold: 300,
      direction: "at-most",
      unit: "ms",
      appliesWhen: `phases.api-probe-${stage}.attempts`,
      reason: API_REASON,
      inRehearsals: TOLD_IN_REHEARSALS,
    },
  ];
}

/** Returns the objectives of one run, with the thresholds of its size and the severities of its kind. */
export function objectivesFor(
  objectives: readonly SizedObjective[],
  run: {
    readonly size: string;
    readonly figures: Pick<Size, "workspaces" | "concurrentBuilds">;
    readonly simulated: boolean;
  },
): Objective[] {
  const rounds = Math.ceil(run.figures.workspaces / run.figures.concurrentBuilds);
  return objectives.map(({ perBuildRound, bySize, ...sized }) => {
    const { inRehearsals: ofRehearsals, ...objective } = sized;
    const inRehearsals = run.simulated ? ofRehearsals : undefined;
    const own = bySize?.[run.size];
    const reasons = [own?.reason ?? objective.reason, inRehearsals?.reason];
    const reason = reasons.filter((each) => each !== undefined).join("; ");
    return {
      ...objective,
      threshold:
        inRehearsals?.threshold ?? own?.threshold ?? objective.threshold + rounds * (perBuildRound ?? 0),
      ...(inRehearsals?.severity === undefined ? {} : { severity: inRehearsals.severity }),
      ...(reason === "" ? {} : { reason }),
    };
  });
}
