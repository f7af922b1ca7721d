import { z } from "zod";
import { plannedSchedule } from "../../../reference-architectures/mixed/schedule.ts";

const milliseconds = z.number().int().nonnegative();

/** A step of an open schedule. Arrivals beyond the last step continue at its rate. */
export const arrivalStep = z.object({
  perSecond: z.number().positive(),
  seconds: z.number().positive(),
  /** The rate changes evenly from that of the previous step, or from 0; otherwise at once. */
  ramp: z.boolean().optional(),
});

/** All workspaces are stopped, then started again: all at once, or on a schedule. */
const herd = z.object({ arrival: z.array(arrivalStep).min(1).optional() });

/** Every user opens dashboard pages at a rate, independent of earlier pages. */
const dashboard = z.object({ pagesPerMinute: z.number().positive(), forMs: milliseconds });

/** Websockets to an echoing app in the workspaces, such as `wsec` of Coder's scaletest templates. */
const app = z.object({
  /** Slug of its `coder_app`. */
  slug: z.string(),
  /** How it is reached; `subdomain` uses the deployment's wildcard host. */
  by: z.enum(["path", "subdomain"]),
  /** Sockets in all workspaces together. */
  connections: z.number().int().positive(),
  /** Messages per second on all sockets together. */
  messagesPerSecond: z.number().positive(),
  messageBytes: z.number().int().min(16).max(1024),
  forMs: milliseconds,
});

/** Workspaces are started by Coder, on a schedule with one minute for all. */
const autostart = z.object({
  /** From the last stop until the minute, at least. */
  delayMs: milliseconds,
  /** From the minute until the workspace is built. */
  buildTimeoutMs: milliseconds.positive(),
});

/** The form of a template is opened so many times at once, and one of its parameters is changed in each. */
const dynamicParameters = z.object({ concurrentEvaluations: z.number().int().positive() });

/** Rates at which workspaces and connections come and go, for a long time. */
const churn = z.object({
  forMs: milliseconds,
  /** Figures are kept for each period of this length. */
  periodMs: z.number().int().positive(),
  connections: z.number().int().positive(),
  opensPerSecond: z.number().positive(),
  /** Workspaces that are stopped and started again. */
  restartsPerHour: z.number().nonnegative(),
  /** Workspaces that are deleted and made again. */
  replacementsPerHour: z.number().nonnegative(),
  /** Connections that the load closes and opens again. */
  dropsPerHour: z.number().nonnegative(),
  commandsPerSecond: z.number().nonnegative(),
});

/** Template admins among the load's users are notified, each time that a template is deleted. */
const notifications = z.object({
  /** How many of the users are template admins, and so receive each notification. */
  templateAdmins: z.number().int().positive(),
  /** How many notifications each of them receives. */
  rounds: z.number().int().positive(),
  /** Base URL of the API of `refbench smtp`. Absent = only the inbox is watched. */
  smtpApiUrl: z.url().optional(),
  /** For each question to that API. */
  smtpRequestMs: milliseconds,
});

/** The data of each scenario that needs any, by its field in the task. */
export const scenarioData = z
  .object({
    herd,
    dashboard,
    app,
    mixed: plannedSchedule,
    autostart,
    dynamicParameters,
    notifications,
    churn,
  })
  .partial();
export type ScenarioData = z.infer<typeof scenarioData>;
