import { z } from "zod";

const milliseconds = z.number().int().nonnegative();

const deployment = z.object({
  /** Base URL without a trailing slash, such as `http://127.7.0.3:7080`. */
  url: z.url(),
  /** How SSH reaches workspaces: the emulator's websocket tunnel, `coder ssh --stdio` for each, or not at all. */
  ssh: z.enum(["tunnel", "stdio", "none"]),
  /** Sent with each request and websocket, such as what an identity-aware proxy asks for. */
  headers: z.record(z.string(), z.string()).optional(),
  /** Certificates in PEM that are trusted besides the system's. */
  caPem: z.string().optional(),
  /** Name that the certificate must be for, where the URL has an address that nobody knew before; it is for `localhost` too. */
  serverName: z.string().optional(),
  /** URL of an HTTP proxy that all connections go through. */
  proxy: z.url().optional(),
  /** The `coder` binary that carries SSH; with `ssh: "stdio"` only. Absent = the one that the deployment offers. */
  coderBinary: z.string().optional(),
  /** SHA-256 in hex that the offered program must have; another one is not run. */
  offeredSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Sessions of `coder ssh --stdio` at once, each its own process of some 24 MB. */
  stdioSessions: z.number().int().positive().optional(),
  /** Web terminals take the place of SSH that cannot be carried, and the result says why. Absent = refused. */
  sshOptional: z.boolean().optional(),
});

export const bootstrapTask = z.object({
  task: z.literal("bootstrap"),
  deployment,
  admin: z.object({ email: z.string(), username: z.string(), password: z.string() }),
  template: z.object({
    name: z.string(),
    /** File name → content; uploaded as a ustar archive. */
    files: z.record(z.string(), z.string()),
    /** Terraform variables of the template, such as `bench_run`. */
    variables: z.record(z.string(), z.string()),
  }),
  /** What must be live before the load starts. */
  expect: z.object({
    replicas: z.number().int().positive(),
    provisionerDaemons: z.number().int().nonnegative(),
  }),
  /** A Coder licence to post, when the size needs one. */
  licence: z.string().optional(),
  timeoutMs: milliseconds,
});

/** Beyond these the generator, not the deployment, may have been the limit: such a load cannot pass. */
const generatorLimits = z.object({
  /** Due time until really sent, p99; a tenth of what the window measured is allowed too. */
  slipP99Ms: z.number().positive(),
  slipMaxMs: z.number().positive(),
  /** How late the event loop was, p99, corrected for what a stall hides. */
  lagP99Ms: z.number().positive(),
  /** The same in windows in which nothing was paced, such as bursts of visits. Absent = as `lagP99Ms`. */
  unpacedLagP99Ms: z.number().positive().optional(),
  eventLoopUtilization: z.number().positive(),
  /** Share of the time in which the process waited for a core. */
  runQueueShare: z.number().positive(),
  /** Share of the time that the hypervisor gave to others; not judged where absent, as the two below. */
  stealShare: z.number().positive().optional(),
  /** Opening segments that this machine had to send again, and connections that its full queues dropped: steps of a second. */
  synRetransmits: z.number().int().nonnegative().optional(),
  listenOverflows: z.number().int().nonnegative().optional(),
  /** Share of the time in which the generator's child processes wanted a core, that they waited for one. */
  childRunQueueShare: z.number().positive().optional(),
});
export type GeneratorLimits = z.infer<typeof generatorLimits>;

/** Of a generator on a machine of its own: measured on two cores, where a healthy one stays below half of each. */
export const GENERATOR_LIMITS: GeneratorLimits = {
  slipP99Ms: 10,
  slipMaxMs: 100,
  lagP99Ms: 20,
  eventLoopUtilization: 0.85,
  runQueueShare: 0.25,
  stealShare: 0.02,
  synRetransmits: 0,
  listenOverflows: 0,
  childRunQueueShare: 0.5,
};

/**
 * Of a generator that shares its cores with the emulated deployment, whose figures say nothing of Coder anyway: a
 * rehearsal fails on a generator that cannot keep up, not on a busy laptop. The record says that these were used.
 */
export const SHARED_MACHINE_LIMITS: GeneratorLimits = {
  slipP99Ms: 250,
  slipMaxMs: 2_500,
  lagP99Ms: 500,
  // Builds that are compressed to a tenth end in crowds, and so do the visits that follow them.
  unpacedLagP99Ms: 2_500,
  // Of windows of a few seconds: a moment in which others took the cores is no reason while nothing was late.
  eventLoopUtilization: 1,
  runQueueShare: 0.9,
};

/** What a load can be: each is a file of its own in `workload/scenarios`. */
export const SCENARIOS = ["workspaces", "herd", "dashboard", "apps"] as const;

/** A stretch of an open schedule. What is not yet due when the last one ends goes on at its rate. */
const arrivalStep = z.object({
  perSecond: z.number().positive(),
  seconds: z.number().positive(),
  /** Rises or falls evenly from the rate of the step before, the first from none; otherwise at once. */
  ramp: z.boolean().optional(),
});

const existingWorkspaces = z.object({
  /** Only of this template. */
  template: z.string().optional(),
  /** Names of workspaces and owners start with this. */
  namePrefix: z.string(),
  /** In the order of the listing: from this one up to, not with, that one. */
  from: z.number().int().nonnegative().optional(),
  to: z.number().int().nonnegative().optional(),
});

/** All workspaces are stopped, then started again: at once, or each when the schedule says so. */
const herd = z.object({ arrival: z.array(arrivalStep).min(1).optional() });

/** Every user opens a page of the dashboard now and then, whatever became of the page before. */
const dashboard = z.object({ pagesPerMinute: z.number().positive(), forMs: milliseconds });

/** Websockets to an app inside the workspaces that echoes what it is sent, such as `wsec` of Coder's scaletest templates. */
const app = z.object({
  /** Slug of its `coder_app`. */
  slug: z.string(),
  /** How it is reached; `subdomain` asks the deployment for its wildcard host. */
  by: z.enum(["path", "subdomain"]),
  /** Sockets over all workspaces. */
  connections: z.number().int().positive(),
  /** Messages per second over all sockets. */
  messagesPerSecond: z.number().positive(),
  messageBytes: z.number().int().min(16).max(1024),
  forMs: milliseconds,
});

export const loadTask = z.object({
  task: z.literal("load"),
  deployment,
  /** The site admin's session token. */
  token: z.string(),
  /** Names of users and workspaces start with `<prefix>-`; it carries `run12`. */
  prefix: z.string(),
  organizationId: z.string().optional(),
  template: z.string(),
  parameters: z.record(z.string(), z.string()),
  users: z.number().int().positive(),
  workspaces: z.number().int().nonnegative(),
  /** Users and workspaces of this part start at this index; workspace i belongs to user i mod users. */
  firstIndex: z.number().int().nonnegative(),
  /** Workspaces being created at once; 0 = all at once. */
  concurrency: z.number().int().nonnegative(),
  cleanupConcurrency: z.number().int().nonnegative(),
  command: z.string(),
  expectOutput: z.string(),
  /** The command is right when it does not end in time. */
  expectTimeout: z.boolean().optional(),
  connections: z.object({
    total: z.number().int().nonnegative(),
    /** Share of the held connections that are SSH, 0 to 1; the rest are web terminals. */
    sshShare: z.number().min(0).max(1),
    /** New connections per second while ramping. */
    rampPerSecond: z.number().positive(),
    holdMs: milliseconds,
    /** Verified commands per second over all held connections while holding. */
    commandsPerSecond: z.number().nonnegative(),
    /** A terminal that drops is attached again, once, by the same identity. It stays a loss. */
    reconnect: z.boolean().optional(),
  }),
  timeouts: z.object({
    buildMs: milliseconds,
    agentMs: milliseconds,
    connectMs: milliseconds,
    commandMs: milliseconds,
    deleteMs: milliseconds,
  }),
  generatorLimits,
  /** `ttl_ms` of each workspace. */
  workspaceTtlMs: milliseconds,
  /** Which load it is, besides creating workspaces and connecting to them. Absent = `workspaces`. */
  scenario: z.enum(SCENARIOS).optional(),
  /** How users get their tokens: minted by the site admin, by a login each, or the caller's own for all. Absent = minted. */
  login: z.enum(["mint", "login", "host"]).optional(),
  /** Users of an earlier run by this prefix are taken, and kept. */
  reuseUsers: z.boolean().optional(),
  presetId: z.string().optional(),
  /** Name of the agent to reach, where the template has several. Absent = the first. */
  agent: z.string().optional(),
  /** Further start builds of a workspace whose build failed. Absent = none. */
  retries: z.number().int().nonnegative().optional(),
  /** Whether a workspace counts as ready before its agents are. */
  skipAgents: z.boolean().optional(),
  /** Whether users and workspaces stay. */
  keep: z.boolean().optional(),
  /** Arrivals on a schedule of their own, whatever became of those before; absent = `concurrency` at a time. */
  arrival: z.array(arrivalStep).min(1).optional(),
  /** The load goes to workspaces that exist: none is created, none deleted. */
  existing: existingWorkspaces.optional(),
  /** Bytes that each held connection sends per tick, echoed and counted, besides the verified commands. */
  traffic: z
    .object({ bytesPerTick: z.number().int().positive(), tickMs: z.number().int().positive() })
    .optional(),
  /** Of each scenario besides `workspaces`; needed by its own. */
  herd: herd.optional(),
  dashboard: dashboard.optional(),
  app: app.optional(),
  /** Over how many generator processes the load is dealt. Absent = one for each 10,000 connections. */
  parts: z.number().int().positive().optional(),
  /** It is one part of a load over several processes: it waits for the others before each stage. */
  part: z.object({ index: z.number().int().nonnegative(), of: z.number().int().positive() }).optional(),
  /** Between the canary probe's requests: more of them carry a percentile of a short load. Absent = 1,000. */
  probeEveryMs: milliseconds.positive().optional(),
  /** The load stops by itself when the deployment suffers, as the canary probe feels it. */
  abortOn: z
    .object({
      /** 95th percentile of the probe over its last minute, milliseconds. */
      apiP95Ms: z.number().positive().optional(),
      /** Share of the probe's requests that failed in the last minute, 0 to 1. */
      errorShare: z.number().min(0).max(1).optional(),
    })
    .optional(),
});

export const drainTask = z.object({
  task: z.literal("drain"),
  deployment,
  /** A session token of the site admin, or its login when the token is lost. */
  token: z.string().optional(),
  admin: z.object({ email: z.string(), username: z.string(), password: z.string() }).optional(),
  /** Deletes workspaces only: users are nothing that outlives Coder. */
  keepUsers: z.boolean().optional(),
  /** A Coder that does not answer for so long is gone; a server that restarts is back before. Absent = 5 s. */
  goneAfterMs: milliseconds.optional(),
  concurrency: z.number().int().nonnegative(),
  timeoutMs: milliseconds,
});

export const workerTask = z.discriminatedUnion("task", [bootstrapTask, loadTask, drainTask]);
export type BootstrapTask = z.infer<typeof bootstrapTask>;
export type LoadTask = z.infer<typeof loadTask>;
export type DrainTask = z.infer<typeof drainTask>;
export type WorkerTask = z.infer<typeof workerTask>;
