import { appendFileSync } from "node:fs";
import type { Bucket } from "../../model/ports/bucket.ts";
import type { Comparison } from "../../model/record/comparison.ts";
import type { Cluster, ClusterPlace } from "../../model/ports/cluster.ts";
import type { LookAtOthers } from "../../model/ports/cluster-sight.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { Reporter, RunEvent } from "../../model/ports/event.ts";
import type { Inventory } from "../../model/ports/inventory.ts";
import type { ReadMachines } from "../../model/ports/machines.ts";
import type { Observer } from "../../model/ports/observer.ts";
import type { PodTroubles } from "../../model/ports/pod-trouble.ts";
import type { PreflightFinding } from "../../model/ports/preflight-finding.ts";
import type { Measurements, ObjectiveResult, RunRecord } from "../../model/record/record.ts";
import type { Traced } from "../../model/ports/traced.ts";
import type { Traces } from "../../model/observation/traces.ts";
import type { WorkerRunner } from "../../model/ports/worker.ts";
import type { Terraform, TerraformOptions } from "../../model/ports/terraform.ts";
import type { Environment } from "../../../stacks/environment.ts";
import { ENVIRONMENT_SCHEMA_VERSION, environmentSchema } from "../../../stacks/environment.ts";
import { architectures } from "../../../reference-architectures/catalogue.ts";
import { eventLog } from "../folder/event-log.ts";
import { Journal } from "../folder/journal.ts";
import { readJson, salvageJson } from "../../tools/files/json-file.ts";
import { Mirror } from "../mirror/mirror.ts";
import { planSchema, type Plan } from "../folder/plan.ts";
import type { RunFolder } from "../folder/run-folder.ts";

/** A synthesized stack: its name, and the stacks that must exist before it. */
export interface SynthesizedStack {
  readonly name: string;
  readonly dependencies: readonly string[];
}

/** The needs of the pipeline from other layers. */
export interface Ports {
  readonly clock: Clock;
  readonly terraform: Terraform;
  /**
   * Environment of child processes: the twin's in a rehearsal, the user's in a real run. Contains no secret
   * of the run.
   */
  readonly childEnv: NodeJS.ProcessEnv;
  /** Synthesizes `environment.json` into one folder per stack below `directory`. */
  readonly synthesize: (options: {
    readonly environmentFile: string;
    readonly directory: string;
    readonly env: NodeJS.ProcessEnv;
    readonly signal: AbortSignal;
  }) => Promise<readonly SynthesizedStack[]>;
  /** The ephemeral Terraform variables of the stacks, from the run's secrets. */
  readonly terraformSecrets: (secrets: {
    readonly databasePassword: string;
    readonly databaseUrl?: string | undefined;
    readonly tlsKey?: string | undefined;
    readonly provisioners?: { readonly key: string; readonly count: number } | undefined;
  }) => Readonly<Record<string, string>>;
  /**
   * Adds the providers' hashes for other platforms to a stack's lock file. Returns which platforms succeeded.
   * Absent where the folder is torn down on this machine, or where the providers do not come from a registry.
   */
  readonly lockProviders?: (
    directory: string,
    options: Pick<TerraformOptions, "env" | "signal">,
  ) => Promise<readonly { readonly platform: string; readonly locked: boolean; readonly reason?: string }[]>;
  /** Runs the checks of `refbench preflight` for this run. */
  readonly checks: (signal: AbortSignal) => Promise<readonly PreflightFinding[]>;
  /** The files of an architecture's workspace template, by name. */
  readonly readTemplate: (architecture: string) => Promise<Readonly<Record<string, string>>>;
  readonly worker: WorkerRunner;
  readonly inventory: Inventory;
  /** The cluster that the run's stacks made; absent where it has no API, as on an emulated cloud. */
  readonly cluster?: (place: ClusterPlace) => Cluster;
  /**
   * Asks the cloud whether each machine of the run has an automatic end in time; absent where the cloud
   * cannot answer.
   */
  readonly hardEnds?: (signal: AbortSignal) => Promise<
    | {
        readonly state: "checked";
        readonly problems: readonly { readonly name: string; readonly problem: string }[];
      }
    | { readonly state: "failed"; readonly reason: string }
  >;
  /**
   * Reads the processors of the run's machines and what the cloud did to them; absent where the machine type
   * is enough.
   */
  readonly machines?: ReadMachines;
  /** Looks at what else runs on the run's cluster; absent where the run has everything for itself. */
  readonly others?: LookAtOthers;
  /** Observes the deployment during the load; absent where nothing can be observed. */
  readonly observer?: Observer;
  /** Why pods of the run do not start; absent where the cluster's cloud is asked instead. */
  readonly podTroubles?: PodTroubles;
  /** Rehearsals with planned faults: those that have not happened so far, in words. */
  readonly unplayedFaults?: () => readonly string[];
  /**
   * How long the inventory must stay empty to be believed, and how long to wait for resources that go
   * automatically.
   */
  readonly settle: {
    readonly quietMs: number;
    readonly controllersMs: number;
    readonly pollMs: number;
    /** How long a sweep retries resources that are in use. */
    readonly patienceMs?: number;
  };
  readonly judge: (
    objectives: Plan["objectives"],
    measurements: Measurements | undefined,
  ) => readonly ObjectiveResult[];
  /** Why a record's own figures cannot be true, as a sentence; undefined if they can. */
  readonly selfAudit: (record: RunRecord) => string | undefined;
  /** What held the load of a record back, and the figures that sizing rests on. */
  readonly assess: (record: RunRecord) => Pick<RunRecord, "limits" | "claims">;
  /** Keeps the spans of a run in this folder, and sends them where the environment names a collector. Never rejects. */
  readonly trace?: (traced: Traced, folder: string) => Promise<Traces>;
  /** Compares paired loads, figure by figure. A failed load counts against its version. */
  readonly compare: (
    loads: readonly { readonly version: "b" | "c"; readonly measured: Measurements }[],
  ) => Pick<Comparison, "loads" | "failedLoads" | "figures">;
  /** The place of the run's mirror, for when this machine is lost. */
  readonly bucket?: Bucket;
  /** Starts the reaper of a run's folder, detached from this process and its terminal. */
  readonly spawnReaper: (folder: RunFolder) => number;
}

/** The ports that a waiting reaper needs. */
export type WaitingPorts = Pick<Ports, "clock" | "bucket">;

/** The input of every stage. With `WaitingPorts`: the input of a waiting reaper. */
export interface StageContext<P extends WaitingPorts = Ports> {
  readonly folder: RunFolder;
  readonly plan: Plan;
  readonly environment: Environment;
  readonly journal: Journal;
  /** Absent when the run is not mirrored. */
  readonly mirror?: Mirror;
  readonly ports: P;
  readonly signal: AbortSignal;
  readonly report: (event: RunEvent) => void;
  /** Writes a line to the run's log file. Callers must not pass secrets. */
  readonly log: (line: string) => void;
  /** Throws when this process lost the right to destroy. Does nothing outside the reaper. */
  readonly checkLease: () => Promise<void>;
}

interface ContextOptions {
  readonly signal: AbortSignal;
  readonly reporter: Reporter;
  /** Set by the reaper: it may destroy only while it holds the lease, and continues when the disk is full. */
  readonly checkLease?: () => Promise<void>;
}

/** Opens a run's folder for its stages; with `WaitingPorts`, for a reaper that waits. */
export function openContext(folder: RunFolder, ports: Ports, options: ContextOptions): Promise<StageContext>;
export function openContext(
  folder: RunFolder,
  ports: WaitingPorts,
  options: ContextOptions,
): Promise<StageContext<WaitingPorts>>;
export async function openContext(
  folder: RunFolder,
  ports: WaitingPorts,
  options: ContextOptions,
): Promise<StageContext<WaitingPorts>> {
  const plan = await readJson(folder.plan, planSchema);
  const environment =
    options.checkLease === undefined
      ? await readJson(folder.environment, environmentSchema)
      : ((await salvageJson(folder.environment, environmentSchema)) ?? lostEnvironment(plan));
  const log = (line: string): void => {
    try {
      appendFileSync(folder.log, `${line}\n`, { mode: 0o600 });
    } catch {
      // A full disk must not stop a stage for the sake of its log.
    }
  };
  const onLost = options.checkLease === undefined ? undefined : (error: Error) => log(error.message);
  const report = eventLog(folder.events, ports.clock, options.reporter);
  const { checkLease } = options;
  const mirror =
    ports.bucket === undefined
      ? undefined
      : new Mirror({
          bucket: ports.bucket,
          folder,
          runId: plan.runId,
          clock: ports.clock,
          signal: options.signal,
          note: (message) => {
            log(message);
            report({ type: "note", level: "warning", message });
          },
          ...(checkLease === undefined ? {} : { checkLease }),
        });
  return {
    folder,
    plan,
    environment,
    ports,
    journal: new Journal(folder.journal, ports.clock, {
      onLost,
      onWritten: mirror && ((entry, line) => mirror.entry(entry, line)),
    }),
    ...(mirror === undefined ? {} : { mirror }),
    signal: options.signal,
    report,
    log,
    checkLease: options.checkLease ?? (() => Promise.resolve()),
  };
}

/** Stands in for a lost environment file. A teardown needs it only for the record. */
function lostEnvironment({ runId, environmentLabel, expiresAtMs, size, cloud }: Plan): Environment {
  const architecture = [...architectures.values()].find(({ label }) => label === environmentLabel);
  return {
    schemaVersion: ENVIRONMENT_SCHEMA_VERSION,
    architecture: architecture?.name ?? environmentLabel,
    size: "unknown",
    overrides: {},
    runId,
    owner: "unknown",
    managed: "cdktf",
    expiresAt: expiresAtMs === null ? null : Math.ceil(expiresAtMs / 1000),
    project: cloud?.project ?? "unknown",
    region: cloud?.region ?? architecture?.region ?? "unknown",
    zone: cloud?.zone ?? architecture?.zone ?? "unknown",
    coderVersion: size.coder.version,
  };
}
