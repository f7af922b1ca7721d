import type { SizedObjective } from "../architecture.ts";
import { TOLD_IN_REHEARSALS } from "./in-rehearsals.ts";

/** One phase of a scenario, with the latency that people bear. */
interface PhaseGoal {
  readonly phase: string;
  /** What takes the time, for a table. */
  readonly what: string;
  /** Milliseconds, p95. Absent = told and not judged. */
  readonly p95Ms?: number;
  /** Milliseconds more for each round of builds. */
  readonly perBuildRound?: number;
  readonly reason?: string;
}

/**
 * Coder sends 20 messages every 15 s by default, so the time of a notification grows with their number: no threshold
 * suits every load, and only missing ones are judged.
 */
const GOALS: readonly PhaseGoal[] = [
  {
    phase: "autostart-ready",
    what: "a workspace that its schedule starts, from the minute until it can be used",
    p95Ms: 240_000,
    perBuildRound: 60_000,
    reason:
      "three minutes for nodes, images and agents, one in which Coder looks for due workspaces, and one for each round of builds",
  },
  {
    phase: "dynamic-parameters-initial",
    what: "a template's form until its first answer",
    p95Ms: 2_000,
    reason: "twice what a person bears without losing the thread, since all forms are opened at once",
  },
  {
    phase: "dynamic-parameters-change",
    what: "a template's form after a change",
    p95Ms: 1_000,
    reason: "up to a second a person who fills in a form keeps the thread (Nielsen, 1993)",
  },
  {
    phase: "notification-watch",
    what: "the stream of an inbox until it is open",
    p95Ms: 2_000,
    reason: "the dashboard opens it with its first page; all are opened at once",
  },
  {
    phase: "notification-inbox",
    what: "a notification until it is in the inbox",
  },
  {
    phase: "notification-smtp",
    what: "a notification until it is mailed",
  },
];

/** What a long load must come to, whatever happened meanwhile. */
const CHURN_OBJECTIVES: readonly SizedObjective[] = [
  {
    name: "churn-open-at-end",
    description: "connections of a long load that answer at its end, share",
    metric: { path: "churn.openAtEnd", per: "churn.places" },
    threshold: 0.999,
    direction: "at-least",
    unit: "share",
    appliesWhen: "churn.places",
    reason: "whatever was lost or dropped is opened again, so nothing may be missing at the end",
  },
  {
    name: "churn-workspaces-at-end",
    description: "workspaces of a long load that are ready at its end, share",
    metric: { path: "churn.readyAtEnd", per: "churn.workspaces" },
    threshold: 0.99,
    direction: "at-least",
    unit: "share",
    appliesWhen: "churn.workspaces",
  },
];

/** The latency and the failures of each phase of a scenario. */
export const SCENARIO_OBJECTIVES: readonly SizedObjective[] = [...CHURN_OBJECTIVES, ...phaseObjectives()];

function phaseObjectives(): SizedObjective[] {
  return GOALS.flatMap((goal) => [...latencyObjectives(goal), failureObjective(goal)]);
}

function latencyObjectives({ phase, what, p95Ms, perBuildRound, reason }: PhaseGoal): SizedObjective[] {
  if (p95Ms === undefined) return [];
  return [
    {
      name: `${phase}-p95`,
      description: `${what}, p95`,
      metric: { path: `phases.${phase}.p95` },
      threshold: p95Ms,
      ...(perBuildRound === undefined ? {} : { perBuildRound }),
      direction: "at-most",
      unit: "ms",
      appliesWhen: `phases.${phase}.attempts`,
      ...(reason === undefined ? {} : { reason }),
      inRehearsals: TOLD_IN_REHEARSALS,
    },
  ];
}

function failureObjective({ phase, what }: PhaseGoal): SizedObjective {
  return {
    name: `${phase}-failed`,
    description: `${what}: missing or wrong, share`,
    metric: { path: `phases.${phase}.errorShare` },
    threshold: 0.01,
    direction: "at-most",
    unit: "share",
    appliesWhen: `phases.${phase}.attempts`,
  };
}
