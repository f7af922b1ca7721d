import { lengthOfAll } from "../../../reference-architectures/mixed/plan-schedule.ts";
import { countOf } from "../../tools/count-text.ts";
import type { ScenarioData } from "./scenario-data.ts";

/** One kind of load, as flags, plans and pages describe it. */
export interface ScenarioRow {
  /** Completes "measures …". */
  readonly measures: string;
  /** The command that makes it, without `refbench`. */
  readonly command: string;
  /** The versions of Coder that have what it measures. */
  readonly versions: string;
  /** The licence that Coder asks for. Absent = none. */
  readonly licence?: string;
  /** The same command of Coder's utility (`coder exp scaletest …`). Absent = it has none. */
  readonly utility?: string;
  /** The field with its data, which the task must then have. */
  readonly needs?: keyof ScenarioData;
  /** What it will do, for a person who decides whether it may. */
  plan(data: ScenarioData, inWords: (milliseconds: number) => string): string | undefined;
  /** The shortest time that it takes, in milliseconds. @default 0 */
  lastsMs?(data: ScenarioData): number;
}

const ANY = "every supported version";

/** Every kind of load. What each does is in `harness/workload/scenarios`. */
export const SCENARIO_TABLE = {
  workspaces: {
    measures: "builds, agents, terminals, SSH and held connections",
    command: "scaletest create-workspaces",
    versions: ANY,
    utility: "create-workspaces",
    plan: () => undefined,
  },
  herd: {
    measures: "all workspaces stopped, then started by requests, at once or on a schedule",
    command: "scaletest create-workspaces --scenario herd",
    versions: ANY,
    plan: () => "stop all of them and start them again",
  },
  dashboard: {
    measures: "the API's answers to the pages that every user opens",
    command: "scaletest create-workspaces --scenario dashboard",
    versions: ANY,
    utility: "dashboard",
    needs: "dashboard",
    plan: ({ dashboard }, inWords) =>
      dashboard &&
      `read the dashboard as each user, ${dashboard.pagesPerMinute} pages a minute for ${inWords(dashboard.forMs)}`,
    lastsMs: ({ dashboard }) => dashboard?.forMs ?? 0,
  },
  apps: {
    measures: "messages to an app in each workspace and back",
    command: "scaletest create-workspaces --app <slug>",
    versions: ANY,
    utility: "workspace-traffic --app",
    needs: "app",
    plan: ({ app }, inWords) =>
      app && `talk to app ${app.slug} over ${countOf(app.connections, "socket")} for ${inWords(app.forMs)}`,
    lastsMs: ({ app }) => app?.forMs ?? 0,
  },
  mixed: {
    measures: "several loads that begin, overlap and end by the periods of a schedule, each by period",
    command: "scaletest create-workspaces --scenario mixed",
    versions: ANY,
    needs: "mixed",
    plan: ({ mixed }, inWords) =>
      mixed &&
      `run the schedule "${mixed.name}" for ${inWords(lengthOfAll(mixed) * 1000)}: ${mixed.loads.map(({ name, from, to, users }) => `${name} ${from} to ${to} for ${countOf(users, "user")}`).join(", ")}`,
    lastsMs: ({ mixed }) => (mixed === undefined ? 0 : Math.round(lengthOfAll(mixed) * 1000)),
  },
  autostart: {
    measures:
      "workspaces that Coder starts at one minute by their schedules: from the minute until queued, running, built, usable",
    command: "scaletest autostart",
    versions: ANY,
    utility: "autostart",
    needs: "autostart",
    plan: ({ autostart }, inWords) =>
      autostart &&
      `stop all of them and let Coder start them by schedule, at one minute after ${inWords(autostart.delayMs)}`,
    lastsMs: ({ autostart }) => autostart?.delayMs ?? 0,
  },
  churn: {
    measures:
      "a long day: workspaces restarted and replaced, connections dropped and reopened, with figures by period, memory, and the cost of a restart of Coder",
    command: "scaletest churn",
    versions: ANY,
    needs: "churn",
    plan: ({ churn }, inWords) =>
      churn &&
      `keep ${countOf(churn.connections, "connection")} open for ${inWords(churn.forMs)}; each hour restart ${countOf(churn.restartsPerHour, "workspace")}, delete and make again ${churn.replacementsPerHour}, and drop ${countOf(churn.dropsPerHour, "connection")}`,
    lastsMs: ({ churn }) => churn?.forMs ?? 0,
  },
  "dynamic-parameters": {
    measures: "the form of a template: its first answer, and the answer to a changed value",
    command: "scaletest dynamic-parameters",
    versions: "2.24 and later",
    utility: "dynamic-parameters",
    needs: "dynamicParameters",
    plan: ({ dynamicParameters }) =>
      dynamicParameters &&
      `open the template's form ${countOf(dynamicParameters.concurrentEvaluations, "time")} at once and change one value in each`,
  },
  notifications: {
    measures: "notifications of template admins: how long each takes to their inbox, and by mail to a sink",
    command: "scaletest notifications",
    versions: "2.21 and later",
    utility: "notifications",
    needs: "notifications",
    plan: ({ notifications }) =>
      notifications &&
      `make ${countOf(notifications.templateAdmins, "user")} template admins, and make and delete ${countOf(notifications.rounds, "template")}, of which Coder also notifies your other owners and template admins`,
  },
} as const satisfies Readonly<Record<string, ScenarioRow>>;

export type ScenarioName = keyof typeof SCENARIO_TABLE;

/** The names of all scenarios. */
export const SCENARIOS = Object.keys(SCENARIO_TABLE) as readonly ScenarioName[];

/** The row of a scenario. */
export function scenarioRow(name: ScenarioName = "workspaces"): ScenarioRow {
  return SCENARIO_TABLE[name];
}

/** Those that `--scenario` chooses: the others have a command. */
export const CHOSEN_BY_FLAG = SCENARIOS.filter((name) =>
  scenarioRow(name).command.startsWith("scaletest create-workspaces"),
);
