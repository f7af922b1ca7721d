import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { ScenarioData } from "../../model/scenarios/scenario-data.ts";
import type { ScenarioName } from "../../model/scenarios/scenarios.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import type { EngineChoice } from "../plan-engines.ts";

/** The flags that say which deployment it is and how it is reached, as commander leaves them. */
export interface ReachFlags {
  readonly url?: string;
  readonly sessionFile?: string;
  readonly header: readonly string[];
  readonly caFile?: string;
  readonly proxy?: string;
  readonly organization?: string;
  readonly deploymentId?: string;
  readonly cleanupConcurrency: number;
  readonly cleanupTimeout: number;
  readonly cleanupJobTimeout: number;
}

/** A scenario with its data, as its command asks for it. */
export type OwnScenario = ScenarioData & { readonly scenario: ScenarioName };

/** The flags of a load besides workspaces and connections, as commander returns them. */
export interface ScenarioFlags {
  readonly scenario?: ScenarioName;
  readonly scenarioFor: number;
  readonly pagesPerMinute: number;
  /** File of the schedule of `mixed`. */
  readonly schedule?: string;
  readonly app?: string;
  readonly appBy: "path" | "subdomain";
  /** Of a command that makes one scenario. */
  readonly ownScenario?: OwnScenario;
}

/** What `create-workspaces` and `traffic` have in common, as commander leaves it. */
export interface LoadFlags extends ReachFlags, ScenarioFlags {
  readonly template?: string;
  readonly concurrency: number;
  readonly timeout: number;
  readonly jobTimeout: number;
  readonly agent?: string;
  readonly connections?: number;
  readonly sshShare: number;
  /** Name or URL of the workspace proxy at which terminals are opened. */
  readonly workspaceProxy?: string;
  readonly ssh?: boolean;
  readonly coderBinary?: string;
  readonly sshClient?: "offered";
  /** In lower-case hex. */
  readonly coderClientSha256?: string;
  readonly engine: EngineChoice;
  readonly parts?: number;
  readonly runner: "local" | "job";
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly loadNamespace?: string;
  /** Where Coder is in the cluster, whose API is asked what its pods use. */
  readonly coderNamespace?: string;
  /** The image of the pods. */
  readonly image?: string;
  /** Whether spans must reach a collector, and whether requests for sampled workspaces carry the trace. */
  readonly trace?: boolean;
  readonly tracePropagate?: boolean;
  /** Where live metrics are served. */
  readonly metricsListen?: { readonly host: string; readonly port: number };
  readonly metricsUrl: readonly string[];
  readonly metricsHeaderFile?: string;
  /** A file with the URL of Coder's database, which only its owner may read. */
  readonly postgresUrlFile?: string;
  readonly prometheus?: string;
  readonly prometheusQuery: readonly string[];
  readonly connectTimeout: number;
  readonly connectHold: number;
  readonly connectInterval?: number;
  readonly commandsPerSecond?: number;
  /** New connections a second while they are opened. */
  readonly connectRate?: number;
  readonly bytesPerTick?: number;
  readonly tickInterval: number;
  readonly runCommand?: string;
  readonly runTimeout: number;
  readonly runExpectOutput?: string;
  readonly runExpectTimeout?: boolean;
  readonly abortOn?: NonNullable<LoadTask["abortOn"]>;
  readonly maxFailures?: number;
  readonly output: readonly OutputSpec[];
  readonly dryRun?: boolean;
}

/** The flags of `create-workspaces`. */
export interface CreateFlags extends LoadFlags {
  readonly template: string;
  readonly count: number;
  readonly users?: number;
  readonly retry: number;
  readonly parameter: readonly string[];
  readonly richParameterFile?: string;
  readonly preset?: string;
  /** False with `--no-cleanup`. */
  readonly cleanup: boolean;
  /** False with `--no-wait-for-agents`. */
  readonly waitForAgents: boolean;
  readonly useHostLogin?: boolean;
  readonly loginEach?: boolean;
  /** True or the id of the run that made them. */
  readonly reuseUsers?: string | true;
  readonly rate?: number;
  readonly ramp?: number;
  readonly steps?: NonNullable<LoadTask["arrival"]>;
}

/** The flags of `traffic`. */
export interface TrafficFlags extends LoadFlags {
  readonly targetWorkspaces?: { readonly from: number; readonly to: number };
  readonly run?: string;
}
