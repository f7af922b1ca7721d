import type { Objective, Size, SizedObjective } from "./architecture.ts";

const TOLD_IN_REHEARSALS = {
  severity: "warn",
  reason: "an emulator's latency says nothing of Coder, and the machine may be busy with other things",
} as const;

/** What every architecture must reach; paths go into the measurements of a record. */
export const OBJECTIVES: readonly SizedObjective[] = [
  {
    name: "workspaces-succeeded",
    description: "workspaces that were created, reached and ran the command, share of those asked for",
    metric: { path: "workspaces.succeeded", per: "workspaces.asked" },
    threshold: 0.99,
    direction: "at-least",
    unit: "share",
  },
  {
    // Ours: without it a run that held ten of its thousand connections would pass on those ten.
    name: "connections-held",
    description: "connections held at the same time, share of those asked for",
    metric: { path: "connections.held", per: "connections.asked" },
    threshold: 0.99,
    direction: "at-least",
    unit: "share",
    appliesWhen: "connections.asked",
  },
  {
    name: "connections-verified",
    description: "held connections that carried a verified answer, share of those held",
    metric: { path: "connections.verified", per: "connections.held" },
    threshold: 1,
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
    name: "api-p95",
    description: "API as other users felt it, p95",
    metric: { path: "phases.api-probe.p95" },
    threshold: 300,
    direction: "at-most",
    unit: "ms",
    reason: "slower than this a dashboard is felt to be slow",
    inRehearsals: TOLD_IN_REHEARSALS,
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
    name: "dashboard-reads",
    description: "dashboard reads that failed, share",
    metric: { path: "phases.api-read.errorShare" },
    threshold: 0.01,
    direction: "at-most",
    unit: "share",
    appliesWhen: "phases.api-read.attempts",
  },
];

/** The objectives of one run: thresholds of its size, severity of its kind. */
export function objectivesFor(
  objectives: readonly SizedObjective[],
  run: {
    readonly size: string;
    readonly figures: Pick<Size, "workspaces" | "concurrentBuilds">;
    readonly simulated: boolean;
  },
): Objective[] {
  const rounds = Math.ceil(run.figures.workspaces / run.figures.concurrentBuilds);
  return objectives.map(({ perBuildRound, bySize, inRehearsals, ...objective }) => {
    const own = bySize?.[run.size];
    const reasons = [own?.reason ?? objective.reason, run.simulated ? inRehearsals?.reason : undefined];
    const reason = reasons.filter((each) => each !== undefined).join("; ");
    return {
      ...objective,
      threshold: own?.threshold ?? objective.threshold + rounds * (perBuildRound ?? 0),
      ...(run.simulated && inRehearsals !== undefined ? { severity: inRehearsals.severity } : {}),
      ...(reason === "" ? {} : { reason }),
    };
  });
}
