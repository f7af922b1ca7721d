import { z } from "zod";

/** Names become parts of objectives' names and paths, so they contain no dots. */
const name = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9-]{0,39}$/,
    "a name of letters, digits and hyphens, at most 40 characters, such as T0",
  );

const count = z.int().positive();
const rate = z.number().positive();

const traffic = z.strictObject({
  /** Bytes that each connection sends per tick, all of which come back and are compared. */
  bytesPerTick: count.max(100_000_000),
  tickMs: count.max(3_600_000),
});

const period = z.strictObject({
  name,
  /** How long it lasts; the next period begins at its end. */
  seconds: rate.max(86_400),
});

/** The fields of every load: from the start of one period to the end of the same or a later one. */
function ofEach<Users extends z.ZodType>(users: Users) {
  return { name, from: name, to: name, users };
}

function ofSockets<Users extends z.ZodType>(users: Users) {
  return {
    ...ofEach(users),
    connectionsPerUser: count.max(10_000).default(1),
    /** New connections a second, all users together. Absent = all within 30 seconds, or a quarter of the load's time. */
    opensPerSecond: rate.max(10_000).optional(),
  };
}

function ofShells<Users extends z.ZodType>(users: Users) {
  return {
    ...ofSockets(users),
    /** Verified commands over each connection. */
    commandsPerMinute: z.number().nonnegative().max(60_000).default(6),
    /** Traffic over each connection, besides commands. */
    traffic: traffic.optional(),
  };
}

const dashboardRate = {
  /** Pages that each user opens. */
  pagesPerMinute: rate.max(60_000).default(6),
};

const appFields = {
  /** Slug of a `coder_app` that echoes, such as `wsec` of Coder's scaletest templates. */
  app: z.string().min(1),
  by: z.enum(["path", "subdomain"]).default("path"),
  /** Messages over each socket. */
  messagesPerMinute: rate.max(60_000).default(60),
  messageBytes: z.int().min(16).max(1_024).default(1_024),
};

const buildRate = {
  /** Starts of workspaces, all users together. The workspaces are stopped before the schedule begins. */
  startsPerMinute: rate.max(600_000),
};

const fileUsers = count.optional();
const greedy = z.strictObject({
  /** On the workspaces of this many of the load's users, one more connection sends `traffic`. */
  users: count,
  ...traffic.shape,
});

const fileLoad = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ssh"), ...ofShells(fileUsers), greedy: greedy.optional() }),
  z.strictObject({ kind: z.literal("terminals"), ...ofShells(fileUsers), greedy: greedy.optional() }),
  z.strictObject({ kind: z.literal("apps"), ...ofSockets(fileUsers), ...appFields }),
  z.strictObject({ kind: z.literal("dashboard"), ...ofEach(fileUsers), ...dashboardRate }),
  z.strictObject({ kind: z.literal("builds"), ...ofEach(fileUsers), ...buildRate }),
]);

/** The figures of a load in a period, in milliseconds from the intended start; `errorShare` is 0 to 1. */
const FIGURES = ["p50", "p90", "p95", "p99", "max", "failures", "errorShare"] as const;

/** The phases that each kind of load measures, the most telling one first. */
export const PHASES_OF_KIND = {
  ssh: ["traffic-tick", "held-command", "ssh-handshake", "opening-command", "closing-command"],
  terminals: ["traffic-tick", "held-command", "terminal-first-byte", "opening-command", "closing-command"],
  apps: ["app-echo"],
  dashboard: ["api-read"],
  builds: ["start-workspace", "build-queue", "build", "agent-connect", "workspace-ready", "command"],
  "api-probe": ["api-probe"],
} as const;

/** The row of what other users of the API felt. Every schedule has it, and no load may take its name. */
export const API_PROBE = "api-probe";

const objective = z.strictObject({
  /** A load of the schedule, `<load>-greedy` for its greedy agents, or `api-probe`. */
  load: name,
  /** Absent = all periods of the load together. */
  period: name.optional(),
  /** A phase, a dot and a figure, such as `held-command.p95`, `app-echo.errorShare`. */
  figure: z
    .string()
    .regex(
      new RegExp(`^[a-z-]+\\.(${FIGURES.join("|")})$`),
      `a phase, a dot and one of ${FIGURES.join(", ")}, such as held-command.p95`,
    ),
  atMost: z.number().nonnegative(),
  /** Judges the quotient: the figure in `period`, divided by the same figure in this one. */
  comparedWith: name.optional(),
  severity: z.enum(["fail", "warn"]).optional(),
  reason: z.string().min(1).optional(),
});

/** A schedule of overlapping loads, as it is in a file or in the data of a size. */
export const scheduleSchema = z.strictObject({
  /** For editors. */
  $schema: z.string().optional(),
  name: z.string().min(1).max(80),
  periods: z.array(period).min(1).max(100),
  loads: z.array(fileLoad).min(1).max(40),
  objectives: z.array(objective).max(200).default([]),
});
export type Schedule = z.output<typeof scheduleSchema>;
export type ScheduledLoad = Schedule["loads"][number];
export type ScheduledObjective = Schedule["objectives"][number];

/** Parts of a load may have none of its users. */
const taskUsers = z.int().nonnegative();

const taskLoad = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ssh"), ...ofShells(taskUsers) }),
  z.object({ kind: z.literal("terminals"), ...ofShells(taskUsers) }),
  z.object({ kind: z.literal("apps"), ...ofSockets(taskUsers), ...appFields }),
  z.object({ kind: z.literal("dashboard"), ...ofEach(taskUsers), ...dashboardRate }),
  z.object({ kind: z.literal("builds"), ...ofEach(taskUsers), ...buildRate }),
]);

/** A schedule for a known number of users, with greedy agents as loads of their own: what a worker runs. */
export const plannedSchedule = z.object({
  name: z.string(),
  periods: z.array(period),
  loads: z.array(taskLoad),
  objectives: z.array(objective),
});
export type PlannedSchedule = z.output<typeof plannedSchedule>;
export type PlannedLoad = PlannedSchedule["loads"][number];
/** Loads that open connections and hold them over their time. */
export type PlannedSockets = Extract<PlannedLoad, { connectionsPerUser: number }>;
export type PlannedShells = Extract<PlannedLoad, { commandsPerMinute: number }>;
