import { z } from "zod";
import { observeTask } from "../observation/observe-task.ts";
import { arrivalStep, scenarioData } from "../scenarios/scenario-data.ts";
import { SCENARIOS } from "../scenarios/scenarios.ts";

const milliseconds = z.number().int().nonnegative();

const deployment = z.object({
  /** Base URL without a trailing slash, such as `http://127.7.0.3:7080`. */
  url: z.url(),
  /** How SSH reaches workspaces: the emulator's websocket tunnel, `coder ssh --stdio` for each, or not at all. */
  ssh: z.enum(["tunnel", "stdio", "none"]),
  /** Sent with each request and websocket, for example for an identity-aware proxy. */
  headers: z.record(z.string(), z.string()).optional(),
  /** Certificates in PEM that are trusted in addition to the system's. */
  caPem: z.string().optional(),
  /** The name that the certificate must have, if the URL has an address that was not known before. */
  serverName: z.string().optional(),
  /** The address of this machine from which connections are made. Absent = the kernel chooses it. */
  localAddress: z.ipv4().optional(),
  /** URL of an HTTP proxy that all connections go through. */
  proxy: z.url().optional(),
  /** The `coder` binary that carries SSH; with `ssh: "stdio"` only. Absent = the one that the deployment offers. */
  coderBinary: z.string().optional(),
  /** The required SHA-256 of the offered program, in hex. */
  offeredSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** How many `coder ssh --stdio` sessions run at the same time; each is a process of about 24 MB. */
  stdioSessions: z.number().int().positive().optional(),
  /** Replaces SSH that cannot be carried by web terminals; the result says why. Absent = refused. */
  sshOptional: z.boolean().optional(),
});

/** A new deployment, and who may set it up. */
const newDeployment = z.object({
  deployment,
  admin: z.object({ email: z.string(), username: z.string(), password: z.string() }),
  /** A Coder licence to post, if the size needs one. */
  licence: z.string().optional(),
  timeoutMs: milliseconds,
});

/** Before external provisioners are deployed: makes the key with which they connect. */
export const issueKeyTask = newDeployment.extend({
  task: z.literal("issueKey"),
  replicas: z.number().int().positive(),
  key: z.object({
    name: z.string(),
    /** The tags of every provisioner that connects with it. */
    tags: z.record(z.string(), z.string()),
    /** Coder's id of the key whose secret the caller has; absent = it has none. */
    knownId: z.string().optional(),
  }),
});

export const bootstrapTask = newDeployment.extend({
  task: z.literal("bootstrap"),
  template: z.object({
    name: z.string(),
    /** File name → content; uploaded as a ustar archive. */
    files: z.record(z.string(), z.string()),
    /** Terraform variables of the template, such as `bench_run`. */
    variables: z.record(z.string(), z.string()),
    /** Which provisioners run its builds; absent = those without tags. */
    tags: z.record(z.string(), z.string()).optional(),
  }),
  /** The capacity that must be live before the load starts. */
  expect: z.object({
    replicas: z.number().int().positive(),
    /** Built-in daemons, or external provisioners. */
    provisionerDaemons: z.number().int().nonnegative(),
    /** The name of the key with which external provisioners connect; absent = the daemons are built in. */
    provisionerKey: z.string().optional(),
    /** How long the number of external provisioners may stay wrong. Absent = 5 minutes. */
    provisionersWithinMs: milliseconds.optional(),
  }),
});

/** Beyond these, the generator may have been the limit instead of the deployment: such a load cannot pass. */
const generatorLimits = z.object({
  /** From due to sent, p99; a tenth of the window's own measurement is also allowed. */
  slipP99Ms: z.number().positive(),
  slipMaxMs: z.number().positive(),
  /** Event-loop delay p99, corrected for samples that a stall hides. */
  lagP99Ms: z.number().positive(),
  /** The same in windows without pacing, such as bursts of visits. Absent = `lagP99Ms`. */
  unpacedLagP99Ms: z.number().positive().optional(),
  eventLoopUtilization: z.number().positive(),
  /** Share of the time in which the process waited for a core. */
  runQueueShare: z.number().positive(),
  /** Share of the time that the hypervisor gave to others. Absent = not judged, as with the two below. */
  stealShare: z.number().positive().optional(),
  /** SYN segments that this machine sent again, and connections that its full queues dropped: each adds a second. */
  synRetransmits: z.number().int().nonnegative().optional(),
  listenOverflows: z.number().int().nonnegative().optional(),
  /** Share of the time in which the generator's child processes waited for a core, of the time they wanted one. */
  childRunQueueShare: z.number().positive().optional(),
});
export type GeneratorLimits = z.infer<typeof generatorLimits>;

/** For a generator on its own machine. Measured on two cores, where a healthy one stays below half of each. */
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
 * For a generator that shares its cores with the emulated deployment, whose figures say nothing about Coder. A
 * rehearsal fails if the generator cannot keep up, not because a laptop is busy. The record says that these were
 * used.
 */
export const SHARED_MACHINE_LIMITS: GeneratorLimits = {
  slipP99Ms: 250,
  slipMaxMs: 2_500,
  lagP99Ms: 500,
  // Builds compressed to a tenth of their time end in crowds, and so do the visits after them.
  unpacedLagP99Ms: 2_500,
  // Windows last a few seconds: losing the cores for a moment does not matter if nothing was late.
  eventLoopUtilization: 1,
  runQueueShare: 0.9,
};

const existingWorkspaces = z.object({
  /** Only workspaces of this template. */
  template: z.string().optional(),
  /** Names of workspaces and owners start with this. */
  namePrefix: z.string(),
  /** Range in the order of the listing, without `to`. */
  from: z.number().int().nonnegative().optional(),
  to: z.number().int().nonnegative().optional(),
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
  /** The command succeeds if it does not end in time. */
  expectTimeout: z.boolean().optional(),
  connections: z.object({
    total: z.number().int().nonnegative(),
    /** Share of the held connections that are SSH, 0 to 1; the rest are web terminals. */
    sshShare: z.number().min(0).max(1),
    /** New connections per second while ramping. */
    rampPerSecond: z.number().positive(),
    holdMs: milliseconds,
    /** Verified commands per second on all held connections together. */
    commandsPerSecond: z.number().nonnegative(),
    /** Attaches a dropped terminal once more, as the same user. It still counts as lost. */
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
  /** The kind of load, in addition to creating workspaces and connecting to them. Absent = `workspaces`. */
  scenario: z.enum(SCENARIOS).optional(),
  /** How users get tokens: the site admin creates them, each user logs in, or all use the caller's. Absent = `mint`. */
  login: z.enum(["mint", "login", "host"]).optional(),
  /** Uses, and keeps, the users of an earlier run with this prefix. */
  reuseUsers: z.boolean().optional(),
  presetId: z.string().optional(),
  /** Name of the agent to use, if the template has several. Absent = the first. */
  agent: z.string().optional(),
  /** Further start builds of a workspace whose build failed. Absent = none. */
  retries: z.number().int().nonnegative().optional(),
  /** Whether a workspace counts as ready before its agents are. */
  skipAgents: z.boolean().optional(),
  /** Keeps users and workspaces. */
  keep: z.boolean().optional(),
  /** Arrivals on an open schedule. Absent = `concurrency` at a time. */
  arrival: z.array(arrivalStep).min(1).optional(),
  /** Name or URL of the workspace proxy at which terminals are opened. Absent = at Coder itself. */
  workspaceProxy: z.string().optional(),
  /** Uses existing workspaces: none is created or deleted. */
  existing: existingWorkspaces.optional(),
  /** Bytes that each held connection sends per tick, which are echoed and counted, in addition to commands. */
  traffic: z
    .object({ bytesPerTick: z.number().int().positive(), tickMs: z.number().int().positive() })
    .optional(),
  ...scenarioData.shape,
  /** Into how many parts the load is split, one worker each. Absent = as many as the load needs. */
  parts: z.number().int().positive().optional(),
  /** One part of a split load: it waits for the others before each stage. */
  part: z.object({ index: z.number().int().nonnegative(), of: z.number().int().positive() }).optional(),
  /** Time between two API probes; a short load needs more of them for a percentile. Absent = 1,000. */
  probeEveryMs: milliseconds.positive().optional(),
  /** The trace of the run, and of how many workspaces phases are noted. Absent = none. */
  trace: z
    .object({
      id: z.string().regex(/^[0-9a-f]{32}$/),
      sample: z.number().int().nonnegative(),
      /** Whether requests for sampled workspaces carry the trace, so that Coder's own spans join it. */
      propagate: z.boolean(),
    })
    .optional(),
  /** What to observe of the deployment meanwhile, in a separate process. Absent = nothing. */
  observe: observeTask.optional(),
  /** Stops the load when the deployment suffers, as measured by the API probe. */
  abortOn: z
    .object({
      /** p95 of the probe's last minute, in milliseconds. */
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
  /** Deletes workspaces only: users do not outlive Coder. */
  keepUsers: z.boolean().optional(),
  /** A Coder without an answer for this long counts as gone; a restarting one is back earlier. Absent = 5 s. */
  goneAfterMs: milliseconds.optional(),
  concurrency: z.number().int().nonnegative(),
  timeoutMs: milliseconds,
});

export const workerTask = z.discriminatedUnion("task", [issueKeyTask, bootstrapTask, loadTask, drainTask]);
export type IssueKeyTask = z.infer<typeof issueKeyTask>;
export type BootstrapTask = z.infer<typeof bootstrapTask>;
export type LoadTask = z.infer<typeof loadTask>;
export type DrainTask = z.infer<typeof drainTask>;
export type WorkerTask = z.infer<typeof workerTask>;
