import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { Architecture, Size } from "../../../reference-architectures/architecture.ts";
import { atCoderVersion, getArchitecture, resolveSize } from "../../../reference-architectures/catalogue.ts";
import { scheduleObjectives } from "../../../reference-architectures/mixed/schedule-objectives.ts";
import { objectivesFor } from "../../../reference-architectures/objectives.ts";
import { templateParameters } from "../../../reference-architectures/template.ts";
import { newCoderCertificate } from "../../../stacks/coder-certificate.ts";
import {
  ENVIRONMENT_SCHEMA_VERSION,
  type Environment,
  type OwnCluster,
  twinOwnCluster,
} from "../../../stacks/environment.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { thisMachine } from "../../model/record/machine.ts";
import { momentNow } from "../../tools/time/moment.ts";
import { newRunId } from "../../model/run-id.ts";
import { listConditions } from "./conditions.ts";
import { planCost } from "../cost/cost-plan.ts";
import { signPlan } from "../folder/installation.ts";
import { Journal } from "../folder/journal.ts";
import { jsonText, writeJson } from "../../tools/files/json-file.ts";
import { claimRun } from "../folder/driver.ts";
import {
  type CloudPlan,
  type ComparisonPlan,
  FAULTS,
  firstRelease,
  countLoads,
  type Plan,
} from "../folder/plan.ts";
import { createRunFolder, type RunFolder } from "../folder/run-folder.ts";
import { newSecrets, writeSecrets } from "../folder/secrets.ts";
import { countOf } from "../../tools/count-text.ts";

/** A request for a run, with its flags already parsed. */
export interface RunRequest {
  readonly architecture: string;
  readonly size: string | undefined;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly operator: string;
  /** How long a failed environment may stay, and how many may be kept at once. */
  readonly keepOnFailure?: { readonly ms: number; readonly max: number };
  /** URL of the bucket or folder that mirrors the run. */
  readonly mirror?: string;
  /** URL of the user's bucket for Terraform's state; absent = in the run's folder. */
  readonly stateBucket?: string;
  /** After this many milliseconds the reaper always tears down. */
  readonly ttlMs: number;
  /** Present in a rehearsal; a real run has `cloud`. */
  readonly rehearsal?:
    | {
        readonly twinRoot: string;
        readonly twinId?: string;
        readonly speed: number;
        readonly buildSpeed: number;
        readonly failBuilds: number;
        /** How long every shell takes until its prompt, in milliseconds. */
        readonly shellDelayMs?: number;
        /** A fault file for the twin to play. */
        readonly faultsFile: string | undefined;
        /** The real Coder server to rehearse on; absent = the emulator. */
        readonly coder?: NonNullable<Plan["rehearsal"]>["coder"];
      }
    | undefined;
  /** Present in a real run. */
  readonly cloud?: CloudPlan;
  /** Google project or AWS account; in a rehearsal, the twin's impossible name. */
  readonly project: string;
  /**
   * EKS: who may enter the cluster besides its creator, and from where its API is reachable. @default nobody,
   * anywhere
   */
  readonly clusterAccess?: NonNullable<Environment["clusterAccess"]>;
  /** A cluster of the user's own, for an architecture that uses one. @default the twin's, in a rehearsal */
  readonly ownCluster?: OwnCluster;
  /** The URL of the user's own Postgres, if `ownCluster` names its Secret. */
  readonly databaseUrl?: string;
  /** Whether Coder serves TLS, with a certificate made for the run. @default "off" */
  readonly tls?: "off" | "self-signed";
  /** The machine of the workers. @default "local" */
  readonly runner?: Plan["runner"];
  /** Nodes of the run's own cluster for the pods of a load. @default none */
  readonly generators?: number;
  /** The Coder licence of a real run whose size needs one. */
  readonly licence?: string;
  /** The most that the run may cost, teardown included, in USD. */
  readonly maxCost?: number;
  /** A Coder version other than the size's, and the channel by which it was chosen. */
  readonly coderVersion?: { readonly version: string; readonly channel?: NonNullable<Plan["coderChannel"]> };
  /** The run of another zone that this run replaces. */
  readonly failedOver?: NonNullable<Plan["failedOver"]>;
  /** A zone other than the architecture's; for a real run, see `cloud`. */
  readonly zone?: string;
  /** Two versions of Coder to measure alternately. */
  readonly comparison?: ComparisonPlan;
  /** The origin of the run. @default `{ kind: "run" }` */
  readonly origin?: Plan["origin"];
  readonly refbench: Plan["refbench"];
  /**
   * Whether this process drives the run through its stages; otherwise each stage is a separate command.
   * @default false
   */
  readonly isDriven?: boolean;
}

function firstInstallation(comparison: ComparisonPlan): Pick<Environment, "coderVersion" | "comparison"> {
  const release = firstRelease(comparison);
  return { coderVersion: comparison[release].version, comparison: { release, installation: 0 } };
}

/**
 * Makes the folder of a run: environment, plan, secrets and the journal's first line. Bad input creates
 * nothing.
 */
export async function makeRun(cwd: string, clock: Clock, request: RunRequest): Promise<RunFolder> {
  const draft = await draftRun(momentNow(clock), request);
  return writeRun(cwd, clock, {
    request,
    draft,
    environment: environmentOf(request, draft),
    plan: planOf(request, draft),
  });
}

/** Returns the environment that a run of this request would have if it were made now. Creates nothing. */
export async function draftEnvironment(clock: Clock, request: RunRequest): Promise<Environment> {
  return environmentOf(request, await draftRun(momentNow(clock), request));
}

/** The inputs of a run's environment, plan and secrets. */
type Draft = Awaited<ReturnType<typeof draftRun>>;

/** Resolves what the request names, and makes the run's id and keys. Throws for bad input. */
async function draftRun(created: ReturnType<typeof momentNow>, request: RunRequest) {
  const architecture = getArchitecture(request.architecture);
  const resolved = resolveSize(request.architecture, request.size, request.overrides);
  const { comparison, cloud, runner = "local" } = request;
  const { version = comparison?.baseline.version ?? resolved.figures.coder.version } =
    request.coderVersion ?? {};
  const size = atCoderVersion(resolved.figures, version);
  const runId = newRunId(created.atMs);
  const region = cloud?.region ?? architecture.region;
  const planned = planCost({
    architecture,
    sizeName: resolved.name,
    size,
    region,
    runner,
    generators: request.generators,
    simulated: cloud?.emulated ?? true,
    ceiling: request.maxCost,
    loads: countLoads(request),
  });
  const key = runner === "network" ? (await import("../../../stacks/ssh-key.ts")).newSshKey() : undefined;
  const certificate =
    request.tls === "self-signed"
      ? await newCoderCertificate({ architecture: architecture.name, runId })
      : undefined;
  return { created, architecture, resolved, size, runId, region, runner, planned, key, certificate };
}

function environmentOf(
  request: RunRequest,
  { created, architecture, resolved, size, runId, region, key, certificate }: Draft,
): Environment {
  const { comparison, cloud } = request;
  const endsAtMs = created.atMs + request.ttlMs;
  return {
    schemaVersion: ENVIRONMENT_SCHEMA_VERSION,
    architecture: architecture.name,
    size: resolved.name,
    overrides: { ...resolved.overrides },
    runId,
    owner: request.operator,
    managed: "cdktf",
    // The cloud's end also includes the keep window: a kept environment must not vanish during an inspection.
    expiresAt: Math.ceil((endsAtMs + (request.keepOnFailure?.ms ?? 0)) / 1000),
    project: request.project,
    region,
    zone: cloud?.zone ?? request.zone ?? architecture.zone,
    coderVersion: size.coder.version,
    ...(comparison === undefined ? {} : firstInstallation(comparison)),
    ...(key === undefined ? {} : { runner: { publicKey: key.publicKey } }),
    ...(request.generators === undefined ? {} : { generators: { nodes: request.generators } }),
    ...(request.clusterAccess === undefined ? {} : { clusterAccess: request.clusterAccess }),
    ...ownClusterOf(request, architecture, size),
    ...(certificate === undefined ? {} : { tls: certificate.tls }),
    ...(request.stateBucket === undefined ? {} : { stateBucket: request.stateBucket }),
  };
}

function ownClusterOf(
  { ownCluster, rehearsal }: RunRequest,
  { name, carriedBy }: Architecture,
  size: Size,
): Pick<Environment, "ownCluster"> {
  if (carriedBy !== "own-cluster") return {};
  if (ownCluster !== undefined) return { ownCluster };
  if (rehearsal !== undefined) return { ownCluster: twinOwnCluster(size) };
  throw new RefbenchError(
    "usage",
    `${name} needs a cluster of your own: add --context <name>, or --rehearse`,
  );
}

/** Nobody connects to the twin's. */
function databaseUrlOf(
  { databaseUrl, rehearsal }: RunRequest,
  { database }: Size,
): { readonly databaseUrl?: string } {
  if (database.kind !== "external") return {};
  if (databaseUrl !== undefined) return { databaseUrl };
  return rehearsal === undefined ? {} : { databaseUrl: "postgres://coder@localhost/coder" };
}

function planOf(request: RunRequest, draft: Draft): Plan {
  const { created, architecture, resolved, size, runId, runner, planned } = draft;
  const { comparison, cloud } = request;
  const { channel } = request.coderVersion ?? {};
  const simulated = request.rehearsal !== undefined;
  return {
    schemaVersion: 1,
    runId,
    createdAt: new Date(created.atMs).toISOString(),
    createdSinceBoot: created.sinceBoot,
    origin: request.origin ?? { kind: comparison === undefined ? "run" : "comparison" },
    ...(comparison === undefined ? {} : { comparison }),
    ...(request.failedOver === undefined ? {} : { failedOver: request.failedOver }),
    ...(channel === undefined ? {} : { coderChannel: channel }),
    environmentLabel: architecture.label,
    simulated,
    ...rehearsalOf(request),
    ...(cloud === undefined ? {} : { cloud }),
    size,
    template: architecture.templateName,
    parameters: templateParameters(size),
    objectives: [
      ...objectivesFor(architecture.objectives, { size: resolved.name, figures: size, simulated }),
      ...(size.schedule === undefined ? [] : scheduleObjectives(size.schedule)),
    ],
    conditions: conditionsOf(request, draft),
    ...("cost" in planned ? planned : {}),
    ...(request.keepOnFailure === undefined ? {} : { keepOnFailure: request.keepOnFailure }),
    ...(request.mirror === undefined ? {} : { mirror: request.mirror }),
    expiresAtMs: created.atMs + request.ttlMs,
    runner,
    refbench: request.refbench,
    machine: thisMachine(),
    node: process.version,
  };
}

/** Conditions that a reader must know besides the figures, as sentences. */
function conditionsOf(
  { comparison, cloud, rehearsal, generators }: RunRequest,
  { architecture, size, runner, planned, certificate }: Draft,
): Plan["conditions"] {
  return [
    ...(comparison === undefined ? [] : [comparisonCondition(comparison)]),
    ...listConditions({
      architecture,
      size,
      runner,
      generators,
      cloud,
      realCoder: rehearsal?.coder !== undefined,
      tls: certificate !== undefined,
    }),
    ...("notPriced" in planned ? [`cost: not estimated, ${planned.notPriced}`] : []),
  ];
}

function comparisonCondition(comparison: ComparisonPlan): string {
  return `comparison: Coder ${comparison.baseline.version} and ${comparison.candidate.version} alternately, in ${countOf(comparison.pairs, "pair")} of loads, each load on a new installation, in an order drawn with seed ${comparison.seed ?? 0}, each version with its own database; the figures are those of the first load of ${comparison.baseline.version}`;
}

/** Writes the run's folder, the plan last: only a folder with a plan counts as a run. */
async function writeRun(
  cwd: string,
  clock: Clock,
  {
    request,
    draft: { runId, key, certificate },
    environment,
    plan,
  }: {
    readonly request: RunRequest;
    readonly draft: Draft;
    readonly environment: Environment;
    readonly plan: Plan;
  },
): Promise<RunFolder> {
  const folder = await createRunFolder(cwd, runId);
  const faultsFile = request.rehearsal?.faultsFile;
  if (faultsFile !== undefined) await copyFile(faultsFile, join(folder.path, FAULTS));
  await writeJson(folder.environment, environment);
  await writeSecrets(folder, {
    ...newSecrets(),
    ...(key === undefined ? {} : { runnerKey: key.privateKey }),
    ...(certificate === undefined ? {} : { tlsKey: certificate.key }),
    ...(request.licence === undefined ? {} : { licence: request.licence }),
    ...databaseUrlOf(request, plan.size),
  });
  await new Journal(folder.journal, clock).append({ type: "run-made", runId });
  // Before the plan: if the driver dies right after the plan is written, the run must not look staged.
  if (request.isDriven === true) await claimRun(folder);
  signPlan(folder, jsonText(plan));
  await writeJson(folder.plan, plan);
  return folder;
}

function rehearsalOf({ rehearsal }: RunRequest): Pick<Plan, "rehearsal"> {
  if (rehearsal === undefined) return {};
  const { faultsFile, ...rest } = rehearsal;
  return { rehearsal: { ...rest, ...(faultsFile === undefined ? {} : { faults: FAULTS }) } };
}
