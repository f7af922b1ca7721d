import { z } from "zod";
import { foreignEngine } from "./engine.ts";
import { machine } from "./machine.ts";
import { generatorPart, lostPart, partClock, workerPlace } from "./parts.ts";
import { tracedWorkspace } from "../observation/traces.ts";
import { seenNetwork } from "../observation/network.ts";
import { observation } from "../observation/observation.ts";
import { ANSWER_PHASE_NAMES, STAMPED_PHASE_NAMES } from "../scenarios/scenario-phases.ts";

/** The steps of a workload whose latency is measured. */
export const PHASES = [
  "create-user",
  /** POST of the workspace until the server answered. */
  "create-workspace",
  /** Server clock: job created until started. */
  "build-queue",
  /** Server clock: job started until completed. */
  "build",
  /** Parts of the build by Coder's timings, if it offers them. */
  "build-init",
  "build-plan",
  "build-graph",
  "build-apply",
  /** Server clock: build completed until the agent was first connected. */
  "agent-connect",
  /** Server clock: the agent's start until it was ready, its startup script included. */
  "agent-ready",
  /** POST sent until the agent that the load goes to could be used: connected, and let in by its start-up script. */
  "workspace-ready",
  /** The visit of a workspace, while others are still created: due until the SSH handshake is done. */
  "visit-ssh-handshake",
  /** The visit of a workspace: due until the first output byte of its terminal. */
  "visit-terminal-first-byte",
  /** Command typed until its expected output was read. */
  "command",
  /** The ramp: a connection was due until its SSH handshake is done. */
  "ssh-handshake",
  /** The ramp: a connection was due until the first output byte of its terminal. */
  "terminal-first-byte",
  /** The first nonce over a connection, right after it was opened, until it came back. */
  "opening-command",
  /** A nonce over a connection during the hold, until it came back. */
  "held-command",
  /** A nonce over a connection in the round that closes the hold, until it came back. */
  "closing-command",
  /** Traffic over a held connection: sent until echoed. */
  "traffic-tick",
  /** Dashboard-like reads of the API. */
  "api-read",
  /** The API probe over the whole load: the latencies that other users feel. */
  "api-probe",
  /** The API probe by stage: while users and workspaces are created and visited. */
  "api-probe-arrivals",
  /** The API probe while the scenario runs. */
  "api-probe-scenario",
  /** The API probe while connections are opened. */
  "api-probe-opening",
  /** The API probe while connections are held, the closing round included. */
  "api-probe-hold",
  /** A message to an app inside a workspace and back. */
  "app-echo",
  ...ANSWER_PHASE_NAMES,
  ...STAMPED_PHASE_NAMES,
  /** POST of the stop build until the server said that it had succeeded. */
  "stop-workspace",
  /** POST of the start build until the agent that the load goes to could be used again. */
  "start-workspace",
  "delete-workspace",
  "delete-user",
  /** One run of Coder's own utility, all in one: user, login, workspace, agents, command. */
  "coder-run",
] as const;
/** The stages of a load that the API probe is measured by. */
export const LOAD_STAGES = ["arrivals", "scenario", "opening", "hold"] as const;
export type LoadStage = (typeof LOAD_STAGES)[number];

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
  /** A start-up script failed or had not ended; reported, because the workspace was used anyway. */
  "startup-script",
  "connect-refused",
  "connect-timeout",
  "connection-lost",
  "command-timeout",
  "wrong-output",
  /** Something other than a shell reads what is typed, such as a question that it asks first. */
  "shell-unready",
  /** A connection that carried nothing. */
  "silent-connection",
  /** Less was received than was sent. */
  "truncated-output",
  /** The socket is open, but nothing passes any more. */
  "half-open",
  "tls",
  "token-expired",
  /** The API failed in a scenario of reads. */
  "api-error",
  "rate-limited",
  /** The generator's machine ran out of files, ports, memory or processes: this says nothing about Coder. */
  "generator-exhausted",
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
  /** `intended` counts from when the step was due, `raw` from when it started. */
  basis: z.enum(["intended", "raw"]),
  count,
  /** Failed attempts. Each is in the histogram and in `count`, with at least its timeout. Absent = none. */
  failed: count.optional(),
  /**
   * Spans that ended before they started: two clocks differ, or an agent connected before its build ended. They are
   * not in the histogram, and a phase with any has no percentile. Absent = none.
   */
  negative: count.optional(),
  /** How many of `count` were longer than an hour, the histogram's maximum; they are in it as an hour. Absent = none. */
  beyond: count.optional(),
  hdr: z.string(),
});
export type PhaseHistogram = z.infer<typeof phaseHistogram>;

export const failureCount = z.object({
  class: failureClass,
  phase,
  count,
  /** One message, scrubbed of secrets. */
  example: z.string(),
  /** Kinds of reasons that the messages do not contain, each with the last error lines of the first one's log. */
  reasons: z.array(z.object({ error: z.string(), count, log: z.array(z.string()) })).optional(),
});
export type FailureCount = z.infer<typeof failureCount>;

export const loadProgress = z.object({
  /** The worker's current activity, in a word or two: "creating", "connecting", "holding", "deleting". */
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
  /** The totals that the load intends to reach; absent in a drain and in events of earlier versions. */
  plan: z
    .object({
      users: count,
      /** Workspaces being created at the same time; 0 = all. */
      concurrency: count,
      /** New connections per second during the ramp-up. */
      connectionsPerSecond: z.number().positive(),
      /** Milliseconds of the hold. */
      holdMs: count,
    })
    .optional(),
  /**
   * Absent until a build has succeeded, where the number of provisioner daemons is not known, and where workspaces are
   * created on a schedule.
   */
  builds: z
    .object({
      /** Provisioner daemons, each of which runs one build at a time. */
      daemons: z.number().int().positive(),
      /** Successful builds so far, and the mean of their durations in milliseconds by the server's stamps. */
      succeeded: z.number().int().positive(),
      meanMs: z.number().nonnegative(),
    })
    .optional(),
});
export type LoadProgress = z.infer<typeof loadProgress>;

/** Was the generator itself the limit? Measured by the worker over the whole load. */
export const generatorHealth = z.object({
  /** From due to sent. */
  slipP99Ms: z.number(),
  slipMaxMs: z.number(),
  eventLoopUtilization: z.number(),
  /** The highest memory of each of its processes, added up over all parts. */
  maxRssMib: z.number(),
  /** CPU time of the generator's own processes. */
  cpuSeconds: z.number(),
  /** CPU time of processes that it started, such as `coder ssh`; absent in earlier records. */
  childCpuSeconds: z.number().optional(),
  /** The machine on which the generator ran; absent in earlier records. */
  machine: machine.extend({ node: z.string() }).optional(),
  /** Where its process ran; absent once parts are merged, and in earlier records. */
  place: workerPlace.optional(),
  /** Its clock, where the runner compared it with its own; absent once parts are merged. */
  clock: partClock.optional(),
  /** Each part of a load in several; absent for a load in one, and in earlier records. */
  parts: z.array(generatorPart).optional(),
  limited: z.boolean(),
  /** Why it is limited; empty if it is not. */
  reasons: z.array(z.string()),
});
export type GeneratorHealth = z.infer<typeof generatorHealth>;

/** How long a window of a load is; in a long load, neighbours are merged. */
export const WINDOW_MS = 5000;

/** One window of the load: counts at its end, sums within it. */
export const loadWindow = z.object({
  /** Milliseconds since the load's start. */
  startMs: z.number().nonnegative(),
  endMs: z.number().nonnegative(),
  activity: z.string(),
  /** Stage of the load at the end of the window; absent before and after the stages, and in earlier records. */
  stage: z.enum(LOAD_STAGES).optional(),
  /** Whether events were paced in this window. */
  paced: z.boolean().optional(),
  /** Whether the generator is judged by this window: an objective's figures were recorded in it. Earlier records judged paced windows. */
  judged: z.boolean().optional(),
  /** Parts of the load whose figures this window lacks, because they were lost. Absent = none. */
  lostParts: count.optional(),
  queued: count,
  building: count,
  ready: count,
  terminal: count,
  ssh: count,
  commands: count,
  failures: count,
  /** The generator in this window; `limited` says why it may have been the limit, and is empty if it was not. */
  generator: z.object({
    slipP99Ms: z.number(),
    slipMaxMs: z.number(),
    lagP99Ms: z.number(),
    eventLoopUtilization: z.number(),
    runQueueShare: z.number(),
    /** TCP segments that this machine sent again; absent if the kernel does not count them. */
    retransmits: count.optional(),
    synRetransmits: count.optional(),
    listenOverflows: count.optional(),
    stealShare: z.number().optional(),
    openFiles: count.optional(),
    /** For processes that it started, such as `coder ssh`: share of the time that they waited for a core, of the time they wanted one. */
    childRunQueueShare: z.number().optional(),
    limited: z.array(z.string()),
  }),
  /**
   * The API probe in this window; absent if none was answered or waited. `p50Ms` and `maxMs` include all: a failed one
   * counts as its timeout, a waiting one as its wait until the window's end.
   */
  probe: z
    .object({
      /** Answered or failed in this window. */
      count,
      errors: count,
      /** Unanswered at the window's end. Absent = none. */
      waiting: count.optional(),
      p50Ms: z.number(),
      maxMs: z.number(),
    })
    .optional(),
});
export type LoadWindow = z.infer<typeof loadWindow>;

/**
 * One completed build: when it was queued, started and completed, in milliseconds since `builds.since`, by the clock
 * of the replica that stamped it. `stopped` is the stop of a workspace, which occupies a daemon too.
 */
export const buildJob = z.tuple([z.int(), z.int(), z.int(), z.enum(["built", "failed", "stopped"])]);
export type BuildJob = z.infer<typeof buildJob>;

/**
 * The difference between a clock of the deployment and the generator's. Each stamp is between two instants of the
 * generator, which bounds the difference; `offsetMs` is the middle of what most stamps agree on.
 */
export const clockOffset = z.object({
  /** The events that it stamped: `api` for requested workspaces, `builds on <host>` for starts and ends of builds. */
  clock: z.string(),
  samples: count,
  /** The clock minus the generator's. */
  offsetMs: z.number(),
  uncertaintyMs: z.number().nonnegative(),
  /** Stamps more than a second off: the clock was set meanwhile, or several clocks have one name. */
  astray: count,
});
export type ClockOffset = z.infer<typeof clockOffset>;

/** Build times of some builds, milliseconds. */
const buildTimes = z.object({ count, p50Ms: z.number() });

/** The figures of one load of a mixed schedule in one period, by when an event was due or a connection was lost. */
const periodFigures = z.object({
  period: z.string(),
  /** With the basis `intended` only. */
  histograms: z.array(phaseHistogram),
  failures: z.array(failureCount.pick({ class: true, phase: true, count: true })),
});
export type PeriodFigures = z.infer<typeof periodFigures>;

/** A mixed schedule: several loads that begin and end by periods. */
const mixedResult = z.object({
  /** The periods as planned, in milliseconds since the schedule began. */
  periods: z.array(z.object({ name: z.string(), startMs: count, endMs: count })),
  /** Connections and sockets of all loads, and how many were held over their load's own time. */
  asked: count,
  held: count,
  loads: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(["ssh", "terminals", "apps", "dashboard", "builds", "api-probe"]),
      users: count,
      /** Absent for loads without connections. */
      connections: z.object({ asked: count, held: count, lost: count, failed: count }).optional(),
      /** Only the load's own periods. */
      periods: z.array(periodFigures),
    }),
  ),
});
export type MixedResult = z.infer<typeof mixedResult>;

/** What happened in one period of a long load. */
const churnPeriod = periodFigures.extend({
  /** Milliseconds since the first period began. */
  startMs: count,
  endMs: count,
  /** Connections that ended by themselves, that the load closed, and that it opened again after either. */
  lost: count,
  dropped: count,
  reopened: count,
  /** Workspaces that were stopped and started again, and that were deleted and made again. */
  restarted: count,
  replaced: count,
  /** Resident memory of the load's own process: the median of the period's samples, MiB. */
  workerMib: z.number().nonnegative(),
});

/** A long load in which workspaces and connections come and go. */
const churnResult = z.object({
  /** Connections that are to be open, and how many of them answered a last nonce. */
  places: count,
  openAtEnd: count,
  /** Workspaces, and how many of them were ready at the end. */
  workspaces: count,
  readyAtEnd: count,
  /** Those that were deleted and could not be made again. */
  missingAtEnd: count,
  /** Workspaces that were made and deleted by replacements, besides those of the whole load. */
  created: count,
  deleted: count,
  periods: z.array(churnPeriod),
  /**
   * Memory of the load's process in the last period over that in the second one, minus 1: the first period is its
   * warm-up. Absent with fewer than three periods.
   */
  workerGrowth: z.number().optional(),
  interruptionsCounted: count,
  /** From the first lost connection until all were open again; without `endMs`, some never were. The first 200. */
  interruptions: z.array(
    z.object({
      startMs: count,
      endMs: count.optional(),
      /** Connections lost, and failures of any kind meanwhile. */
      lost: count,
      failures: count,
    }),
  ),
});
export type ChurnResult = z.infer<typeof churnResult>;

export const loadResult = z.object({
  stopped: z.boolean(),
  /** Start of the windows, in milliseconds since the epoch. */
  startedAtMs: z.number().optional(),
  users: z.object({
    asked: count,
    created: count,
    withWorkspace: count,
    deleted: count,
    /** In a part of a load: the ids of users with a workspace, because two parts may have the same user. */
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
    /** Replicas × daemons as the deployment reported them before the load. */
    capacity: count,
    /** The same while workspaces were built: fewest and most daemons alive; absent if nothing was built. */
    daemons: z.object({ asked: count, least: count, most: count }).optional(),
    peakRunning: count,
    /** Time-weighted mean of running builds, from the first queued to the last finished. */
    timeWeightedRunning: z.number(),
    /** Succeeded builds per minute, over the time in which any build was queued or running. */
    perMinute: z.number().optional(),
    /** While more builds were requested than daemons exist; absent if that was shorter than a build. */
    whileFull: z
      .object({
        ms: count,
        peakRunning: count,
        /** Mean weighted by time. */
        running: z.number(),
        perMinute: z.number(),
      })
      .optional(),
    /** Build times of each daemon's first build, and of later ones that started while all daemons were busy. */
    buildMs: z.object({ first: buildTimes, full: buildTimes.optional() }).optional(),
    /** The origin of `jobs`: when the first was queued, in milliseconds since the epoch by the server's clock. */
    since: z.int().optional(),
    /** Every build that was started and completed, in the order of the queue. */
    jobs: z.array(buildJob).optional(),
  }),
  connections: z.object({
    asked: count,
    /** Held at the same time: each answered the nonce of the closing round and was never lost. */
    held: count,
    heldTerminal: count,
    heldSsh: count,
    /** How many ever carried a verified answer, including those that were not held. */
    verified: count,
    /** Milliseconds from the last answer of the held ones to the end of the closing round. */
    lastProof: z.object({ p50Ms: z.number(), maxMs: z.number() }).optional(),
    /** Closed by the server, or given up as half-open, even if reconnected later. */
    lost: count,
    /**
     * Not opened, or without a complete answer at the end. Held, lost, failed, and what lost parts did not measure, add
     * up to `asked`.
     */
    failed: count.optional(),
    /** The server's own gauge of terminals and SSH sessions during the hold; absent if it has none. */
    serverGauge: z.object({ terminal: count, ssh: count }).optional(),
    /** How often the load asked for it: the harness's own load on Coder. Absent in earlier records. */
    serverGaugeAsked: count.optional(),
    /** Held SSH connections as the server's agents report them, if they do. */
    sshRelayed: count.optional(),
    sshDirect: count.optional(),
    /** SSH through Coder's own client: requested, and given to it; `why` the others became web terminals. */
    ssh: z
      .object({
        asked: count,
        dealt: count,
        /** Version of the client where it is the deployment's own. */
        client: z.string().optional(),
        why: z.string().optional(),
      })
      .optional(),
    /** Bytes on held connections in both directions. */
    bytes: z.object({ sent: count, received: count }).optional(),
    /** Messages of traffic that were due, and that came back complete. */
    traffic: z.object({ due: count, back: count }).optional(),
    /** How many of the lost ones were attached again and answered. */
    reconnected: count.optional(),
  }),
  /** Sockets to apps that stayed open with every message echoed, and the messages. */
  apps: z.object({ asked: count, held: count, echoed: count }).optional(),
  /** Of the scenario `mixed`. */
  mixed: mixedResult.optional(),
  /** Of the scenario `churn`. */
  churn: churnResult.optional(),
  /**
   * Polls: how often the load asked whether a workspace is ready, stopped or gone, and how many answers did not
   * say. Absent if nothing was polled, and in earlier results.
   */
  polls: z
    .object({
      asked: count,
      lost: count,
      /** By HTTP status, or by kind such as `malformed`, `timeout` or `unreachable`; each with one message. */
      lostBy: z.array(z.object({ answer: z.string(), count, example: z.string() })),
    })
    .optional(),
  /** The deployment's clocks, as far as stamps distinguish them; absent if nothing was stamped. */
  clocks: z.array(clockOffset).optional(),
  failures: z.array(failureCount),
  histograms: z.array(phaseHistogram),
  generator: generatorHealth,
  /** The load over time, in windows of a few seconds. Absent in earlier results. */
  windows: z.array(loadWindow).optional(),
  /** Parts of the load that were lost after it had begun. Absent = none. */
  lostParts: z.array(lostPart).optional(),
  /** What was observed of the deployment from where the load ran. A record keeps it apart from the measurements. */
  observation: observation.optional(),
  /** What its workers saw of their way to Coder. A record keeps it apart from the measurements. Absent in earlier results. */
  network: seenNetwork.optional(),
  /** Phases of a sample of workspaces, of which spans are made. Absent where none was asked for. */
  traced: z.array(tracedWorkspace).optional(),
  /** Why the load stopped itself early. */
  aborted: z.string().optional(),
  /** The tool that made the load. Absent = refbench itself. */
  engine: foreignEngine.optional(),
  /**
   * Arrivals on an open schedule: how many were due, how many the generator started late, and by how much. Absent
   * without a schedule. `waitedForTurn` is only in earlier records.
   */
  arrivals: z
    .object({ due: count, late: count, lateMaxMs: z.number(), waitedForTurn: count.optional() })
    .optional(),
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

/** The key with which external provisioners connect. */
export const issuedKey = z.object({
  stopped: z.boolean(),
  /** Coder's id of the key. */
  id: z.string(),
  /** Absent if the key was already there and the caller has its secret. */
  secret: z.string().optional(),
});
export type IssuedKey = z.infer<typeof issuedKey>;

export const drainResult = z.object({
  stopped: z.boolean(),
  deleted: count,
  /** The remaining items, by id and name, with the reason. */
  remaining: z.array(
    z.object({
      /** Absent in results of earlier versions. */
      kind: z.enum(["workspace", "user", "template", "token"]).optional(),
      id: z.string(),
      name: z.string(),
      reason: z.string(),
    }),
  ),
  /** The failed listings, one sentence each. `remaining` is complete only if this is absent. */
  unasked: z.array(z.string()).optional(),
  /** This drain paused Coder's prebuilds reconciler, and left it paused. */
  pausedPrebuilds: z.boolean().optional(),
});
export type DrainResult = z.infer<typeof drainResult>;
