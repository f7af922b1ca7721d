import { z } from "zod";
import { foreignEngine } from "./engine.ts";

/**
 * The protocol of the shard program: one JSON line in (the task), JSON lines out (events), over stdio. The same
 * program bootstraps, loads and drains, here or on a machine beside Coder. Secrets come in on stdin only.
 * A second input line `{"type":"stop"}`, or the end of stdin, stops the task; it then ends with a result that
 * says `stopped: true`. A part of a load also reads the lines that its events \`waiting\` and \`aborting\` ask for.
 */
export const SHARD_PROTOCOL = 1;

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
  /** URL of an HTTP proxy that all connections go through. */
  proxy: z.url().optional(),
  /** The `coder` binary that carries SSH; with `ssh: "stdio"` only. */
  coderBinary: z.string().optional(),
  /** Sessions of `coder ssh --stdio` at once, each its own process of some 24 MB. */
  stdioSessions: z.number().int().positive().optional(),
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
  eventLoopUtilization: z.number().positive(),
  /** Share of the time in which the process waited for a core. */
  runQueueShare: z.number().positive(),
  /** Share of the time that the hypervisor gave to others; not judged where absent, as the two below. */
  stealShare: z.number().positive().optional(),
  /** Opening segments that this machine had to send again, and connections that its full queues dropped: steps of a second. */
  synRetransmits: z.number().int().nonnegative().optional(),
  listenOverflows: z.number().int().nonnegative().optional(),
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
};

/**
 * Of a generator that shares its cores with the emulated deployment, whose figures say nothing of Coder anyway: a
 * rehearsal fails on a generator that cannot keep up, not on a busy laptop. The record says that these were used.
 */
export const SHARED_MACHINE_LIMITS: GeneratorLimits = {
  slipP99Ms: 250,
  slipMaxMs: 2_500,
  lagP99Ms: 500,
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
  /** The owner's session token. */
  token: z.string(),
  /** Names of users and workspaces start with `<prefix>-`; it carries `run12`. */
  prefix: z.string(),
  organizationId: z.string().optional(),
  template: z.string(),
  parameters: z.record(z.string(), z.string()),
  users: z.number().int().positive(),
  workspaces: z.number().int().nonnegative(),
  /** Users and workspaces of this shard start at this index; workspace i belongs to user i mod users. */
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
  /** How users get their tokens: minted by the owner, by a login each, or the caller's own for all. Absent = minted. */
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
  shards: z.number().int().positive().optional(),
  /** It is one part of a load over several processes: it waits for the others before each stage. */
  part: z.object({ index: z.number().int().nonnegative(), of: z.number().int().positive() }).optional(),
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
  /** A session token of the owner, or the admin's login when the token is lost. */
  token: z.string().optional(),
  admin: z.object({ email: z.string(), username: z.string(), password: z.string() }).optional(),
  /** Deletes workspaces only: users are nothing that outlives Coder. */
  keepUsers: z.boolean().optional(),
  /** A Coder that does not answer for so long is gone; a server that restarts is back before. Absent = 5 s. */
  goneAfterMs: milliseconds.optional(),
  concurrency: z.number().int().nonnegative(),
  timeoutMs: milliseconds,
});

export const shardTask = z.discriminatedUnion("task", [bootstrapTask, loadTask, drainTask]);
export type BootstrapTask = z.infer<typeof bootstrapTask>;
export type LoadTask = z.infer<typeof loadTask>;
export type DrainTask = z.infer<typeof drainTask>;
export type ShardTask = z.infer<typeof shardTask>;

/** The steps of a workload whose latency is measured. */
export const PHASES = [
  "create-user",
  /** POST of the workspace until the server answered. */
  "create-workspace",
  /** Server clock: job created until started. */
  "build-queue",
  /** Server clock: job started until completed. */
  "build",
  /** Of the build, as Coder's timings tell, where it offers them. */
  "build-init",
  "build-plan",
  "build-graph",
  "build-apply",
  /** Server clock: build completed until the agent was first connected. */
  "agent-connect",
  /** Server clock: the agent's start until it was ready, its startup script included. */
  "agent-ready",
  /** POST sent until every agent was seen connected. */
  "workspace-ready",
  /** Intended open until the SSH handshake is done. */
  "ssh-handshake",
  /** Intended open until the first output byte of the terminal. */
  "terminal-first-byte",
  /** Command typed until its expected output was read. */
  "command",
  /** A nonce sent over a held connection until it came back. */
  "held-command",
  /** Traffic over a held connection: sent until echoed. */
  "traffic-tick",
  /** Dashboard-like reads of the API. */
  "api-read",
  /** The canary probe: what somebody who is no part of the load feels. */
  "api-probe",
  /** A message to an app inside a workspace and back. */
  "app-echo",
  /** POST of the stop build until the server said that it had succeeded. */
  "stop-workspace",
  /** POST of the start build until every agent was ready again. */
  "start-workspace",
  "delete-workspace",
  "delete-user",
  /** One run of Coder's own utility, all in one: user, login, workspace, agents, command. */
  "coder-run",
] as const;
export const phase = z.enum(PHASES);
export type Phase = z.infer<typeof phase>;

/** Classes of failure inside the workload: values in the results, never exceptions of the harness. */
export const FAILURE_CLASSES = [
  "user-create",
  "workspace-create",
  "build-failed",
  "build-timeout",
  /** Coder refused the build: its owner's quota is used up. */
  "quota-exhausted",
  /** Coder refused the user: the licence has no seat left. */
  "seats-exhausted",
  "agent-timeout",
  "connect-refused",
  "connect-timeout",
  "connection-lost",
  "command-timeout",
  "wrong-output",
  /** A connection that carried nothing is a failure. */
  "silent-connection",
  /** Less came back than was sent. */
  "truncated-output",
  /** The socket stands, and nothing passes any more. */
  "half-open",
  "tls",
  "token-expired",
  /** Of the API in a scenario of reads. */
  "api-error",
  "rate-limited",
  "workspace-delete",
  "user-delete",
  "unexpected",
] as const;
export const failureClass = z.enum(FAILURE_CLASSES);
export type FailureClass = z.infer<typeof failureClass>;

const count = z.number().int().nonnegative();

/** Histogram of microseconds, HdrHistogram V2 compressed, base64: 1 µs to 1 h, 3 significant digits. */
export const phaseHistogram = z.object({
  phase,
  /** `intended` counts from when the step was due, `raw` from when it was really started. */
  basis: z.enum(["intended", "raw"]),
  count,
  hdr: z.string(),
});
export type PhaseHistogram = z.infer<typeof phaseHistogram>;

export const failureCount = z.object({
  class: failureClass,
  phase,
  count,
  /** One message, scrubbed of secrets. */
  example: z.string(),
});
export type FailureCount = z.infer<typeof failureCount>;

export const loadProgress = z.object({
  /** What the shard does now, in a word or two: "creating", "connecting", "holding", "deleting". */
  activity: z.string(),
  users: count,
  workspaces: z.object({
    total: count,
    queued: count,
    building: count,
    ready: count,
    failed: count,
    deleted: count,
  }),
  connections: z.object({ wanted: count, terminal: count, ssh: count, failed: count }),
  commandsPerSecond: z.number(),
});
export type LoadProgress = z.infer<typeof loadProgress>;

/** Was the generator itself the limit? Measured in the shard over the whole load. */
export const generatorHealth = z.object({
  /** Due time until really sent. */
  slipP99Ms: z.number(),
  slipMaxMs: z.number(),
  eventLoopUtilization: z.number(),
  maxRssMib: z.number(),
  cpuSeconds: z.number(),
  limited: z.boolean(),
  /** Why it is limited, in words; empty when it is not. */
  reasons: z.array(z.string()),
});
export type GeneratorHealth = z.infer<typeof generatorHealth>;

/** One window of the load: counts at its end, sums within it. */
export const loadWindow = z.object({
  /** Milliseconds since the load began. */
  startMs: z.number().nonnegative(),
  endMs: z.number().nonnegative(),
  activity: z.string(),
  /** Whether events were paced in it, so that the generator is judged by it. */
  paced: z.boolean().optional(),
  queued: count,
  building: count,
  ready: count,
  terminal: count,
  ssh: count,
  commands: count,
  failures: count,
  /** The generator in this window; `limited` says why it may have been the limit, empty when it was not. */
  generator: z.object({
    slipP99Ms: z.number(),
    slipMaxMs: z.number(),
    lagP99Ms: z.number(),
    eventLoopUtilization: z.number(),
    runQueueShare: z.number(),
    /** TCP segments sent again by this machine; absent where the kernel does not tell. */
    retransmits: count.optional(),
    synRetransmits: count.optional(),
    listenOverflows: count.optional(),
    stealShare: z.number().optional(),
    openFiles: count.optional(),
    limited: z.array(z.string()),
  }),
  /** The canary probe in this window, milliseconds; absent when none was answered. */
  probe: z.object({ count, errors: count, p50Ms: z.number(), maxMs: z.number() }).optional(),
});
export type LoadWindow = z.infer<typeof loadWindow>;

export const loadResult = z.object({
  stopped: z.boolean(),
  /** When the windows begin, milliseconds since the epoch. */
  startedAtMs: z.number().optional(),
  users: z.object({
    asked: count,
    created: count,
    withWorkspace: count,
    deleted: count,
    /** In a part of a load: who has a workspace, by id, since two parts may meet the same user. */
    owners: z.array(z.string()).optional(),
  }),
  workspaces: z.object({
    asked: count,
    created: count,
    ready: count,
    succeeded: count,
    failed: count,
    deleted: count,
  }),
  builds: z.object({
    /** Replicas × daemons as the deployment reports them. */
    capacity: count,
    peakRunning: count,
    /** Mean of running builds weighted by time, from the first queued to the last finished. */
    timeWeightedRunning: z.number(),
    /** In a part of a load: when each build was queued, started and completed, milliseconds of the server's clock. */
    spans: z.array(z.tuple([z.number(), z.number(), z.number()])).optional(),
  }),
  connections: z.object({
    asked: count,
    /** Held at the same time, each having carried a verified answer. */
    held: count,
    heldTerminal: count,
    heldSsh: count,
    verified: count,
    /** Ended by the other side or given up as half-open, whatever came afterwards. */
    lost: count,
    /** Not opened, or not answering in full at the end: what was asked for is held, lost or failed. */
    failed: count.optional(),
    /** The server's own gauge of terminals and SSH sessions while holding; absent when it offers none. */
    serverGauge: z.object({ terminal: count, ssh: count }).optional(),
    /** Held SSH as the server's agents report it, where it tells. */
    sshRelayed: count.optional(),
    sshDirect: count.optional(),
    /** Bytes that held connections carried, both ways. */
    bytes: z.object({ sent: count, received: count }).optional(),
    /** Pieces of traffic that were due on the schedule, and that came back whole. */
    traffic: z.object({ due: count, back: count }).optional(),
    /** Of the lost ones, those that were attached again and answered. */
    reconnected: count.optional(),
  }),
  /** Sockets to apps that stood to the end with every message back, and the messages. */
  apps: z.object({ asked: count, held: count, echoed: count }).optional(),
  failures: z.array(failureCount),
  histograms: z.array(phaseHistogram),
  generator: generatorHealth,
  /** How the load went over time; windows of a few seconds. Absent in results of earlier versions. */
  windows: z.array(loadWindow).optional(),
  /** Why the load ended itself before its end. */
  aborted: z.string().optional(),
  /** What made the load. Absent = refbench itself. */
  engine: foreignEngine.optional(),
  /** Arrivals on an open schedule: how many were due, how many the generator itself started late, and by how much. */
  arrivals: z.object({ due: count, late: count, lateMaxMs: z.number(), waitedForTurn: count }).optional(),
});
export type LoadResult = z.infer<typeof loadResult>;

export const bootstrapResult = z.object({
  stopped: z.boolean(),
  token: z.string(),
  organizationId: z.string(),
  templateId: z.string(),
  templateVersionId: z.string(),
  deploymentId: z.string(),
  coderVersion: z.string(),
  replicas: count,
  provisionerDaemons: count,
});
export type BootstrapResult = z.infer<typeof bootstrapResult>;

export const drainResult = z.object({
  stopped: z.boolean(),
  deleted: count,
  /** What is still there, by id and name, with why. */
  remaining: z.array(z.object({ id: z.string(), name: z.string(), reason: z.string() })),
});
export type DrainResult = z.infer<typeof drainResult>;

/** What the shard program prints, one JSON object a line. The last line is `result` or `error`. */
export const shardEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), protocol: z.literal(SHARD_PROTOCOL), pid: z.number().int() }),
  z.object({ type: z.literal("note"), message: z.string() }),
  z.object({ type: z.literal("progress"), progress: loadProgress }),
  z.object({ type: z.literal("failure"), failure: failureCount }),
  /** A part of a load waits for the others; the line `{"type":"go"}` lets it go on. */
  z.object({ type: z.literal("waiting"), before: z.string() }),
  /** A part of a load stops by itself because the deployment suffers; the line `{"type":"abort","why":…}` has the others follow it. */
  z.object({ type: z.literal("aborting"), why: z.string() }),
  z.object({
    type: z.literal("result"),
    result: z.discriminatedUnion("task", [
      bootstrapResult.extend({ task: z.literal("bootstrap") }),
      loadResult.extend({ task: z.literal("load") }),
      drainResult.extend({ task: z.literal("drain") }),
    ]),
  }),
  /** The harness failed, not the deployment under test. */
  z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
]);
export type ShardEvent = z.infer<typeof shardEvent>;
export type ShardResult = Extract<ShardEvent, { type: "result" }>["result"];

/** Runs one task of the shard program somewhere and hands on its events. */
export interface ShardRunner {
  /** Aborting stops the task in order; throws `RefbenchError("shard")` when the program dies or breaks the protocol, `coder` when it reports that. */
  run(
    task: ShardTask,
    options: {
      readonly signal: AbortSignal;
      readonly onEvent: (event: ShardEvent) => void;
      /** Called when a part of a load waits for the others; it goes on once this resolves, at once without it. */
      readonly onWaiting?: (before: string) => Promise<void>;
      /** Aborted with the reason when another part of the load stops by itself: this one then does so too. */
      readonly suffering?: AbortSignal;
    },
  ): Promise<ShardResult>;
}
