import { findKindSeconds } from "../../reference-architectures/durations/kind-seconds.ts";
import type { RunRecord } from "../model/record/record.ts";
import { findStageSeconds } from "./stage-seconds.ts";

/** What a duration rests on. */
export type Basis =
  | { readonly kind: "measured"; readonly runId: string; readonly date: string; readonly count: number }
  /** Of a rehearsal: the twin's time, multiplied by its speed for another speed. */
  | { readonly kind: "simulated"; readonly runId: string; readonly date: string; readonly count: number }
  | { readonly kind: "published" | "assumed"; readonly source: string };

/** A duration, and what it rests on. */
export interface Expected {
  readonly seconds: number;
  readonly basis: Basis;
}

/** The durations that a plan may use. */
export interface Durations {
  /** How long Terraform takes to create one resource of a kind. */
  readonly create: (kind: string) => Expected;
  /** How long a read of a data source takes. */
  readonly read: (kind: string) => Expected;
  /** Terraform's own start in one stack: providers, refresh and plan. */
  readonly start: Expected;
  /** From the last resource until Coder has users, licence and template. */
  readonly bootstrap: Expected;
}

/** Seconds of a data source's one request. Ours. */
const READ_SECONDS = 1;
/** The state of another stack is a file, or an object in a bucket. */
const FREE_READS: ReadonlySet<string> = new Set(["terraform_remote_state"]);
/** A kind without any figure. */
const UNKNOWN_SECONDS = 5;
/** Providers are downloaded and started, then the plan reads what exists: nothing. Ours. */
const START_SECONDS = 20;
/** The same on this machine with the twin's provider. Measured on a machine of 2 cores. */
const TWIN_START_SECONDS = 3;

/**
 * A machine's start-up script until Coder answers: packages, Coder, its database's first migrations. The six minutes of
 * `cost/phases.ts` without the creates before it.
 */
const MACHINE_START_SECONDS = 240;
/** The emulator's bootstrap, which no speed shortens. Measured on a machine of 2 cores. */
const TWIN_BOOTSTRAP_SECONDS = 2;

/** The records that may be used, and how their times relate to the plan's. */
export interface Evidence {
  /** Newest last. */
  readonly records: readonly RunRecord[];
  /** The architecture and the cloud that the plan is for. */
  readonly architecture: string;
  /** Minutes of the bootstrap where no record has measured it. */
  readonly bootstrapMinutes: number;
  /** Whether Coder is started by a machine's start-up script, for which the bootstrap waits. @default false */
  readonly isOnMachine?: boolean;
  /** Divisor of all durations of the cloud: the twin's speed, or 1 for a real cloud. */
  readonly speed: number;
  /** Whether the plan is for the twin. */
  readonly isTwin: boolean;
}

/** Chooses each duration: the newest record that measured the kind, else what is published or assumed. */
export function chooseDurations(evidence: Evidence): Durations {
  const { speed, isTwin } = evidence;
  const newestFirst = evidence.records.toReversed().filter((record) => isEvidence(record, evidence));
  const scaled = ({ create, basis, source }: NonNullable<ReturnType<typeof findKindSeconds>>): Expected => ({
    seconds: create / speed,
    basis: { kind: basis, source },
  });
  return {
    create: (kind) =>
      findMeasured(newestFirst, kind, evidence) ??
      scaled(
        findKindSeconds(kind) ?? {
          ...{ create: UNKNOWN_SECONDS, delete: UNKNOWN_SECONDS, basis: "assumed" },
          source: "nothing is known of this kind",
        },
      ),
    read: (kind) => ({
      seconds: FREE_READS.has(kind) ? 0 : READ_SECONDS / speed,
      basis: { kind: "assumed", source: "one request" },
    }),
    start: isTwin
      ? {
          seconds: TWIN_START_SECONDS,
          basis: { kind: "assumed", source: "terraform's own start on this machine" },
        }
      : {
          seconds: START_SECONDS,
          basis: { kind: "assumed", source: "providers are downloaded, then the plan" },
        },
    bootstrap: findBootstrap(newestFirst, evidence) ?? assumedBootstrap(evidence),
  };
}

/**
 * An emulated cloud says nothing of a real one. The times of a twin are as long as its speed makes them, plus what this
 * machine takes: for another twin they say something only at the same speed.
 */
function isEvidence(record: RunRecord, { isTwin, speed }: Evidence): boolean {
  if (isTwin) return record.simulated && speedOf(record) === speed;
  return record.cloud?.emulated !== true;
}

/** The median of a kind in the newest record that has it, of this architecture before others. */
function findMeasured(
  records: readonly RunRecord[],
  kind: string,
  { architecture, speed }: Evidence,
): Expected | undefined {
  const measured = records.filter(({ resourceSeconds }) => resourceSeconds?.[kind] !== undefined);
  const record = measured.find((each) => each.architecture === architecture) ?? measured[0];
  const times = record?.resourceSeconds?.[kind];
  if (record === undefined || times === undefined) return undefined;
  const { medianSeconds, count } = times;
  return { seconds: (medianSeconds * speedOf(record)) / speed, basis: basisOf(record, count) };
}

function findBootstrap(
  records: readonly RunRecord[],
  { architecture, isTwin }: Evidence,
): Expected | undefined {
  for (const record of records.filter((each) => each.architecture === architecture)) {
    // The emulator's is not that of a real Coder. With external provisioners the stage has an apply in it.
    if ((record.simulated && !isTwin) || record.load.externalProvisioners !== undefined) continue;
    const seconds = findStageSeconds(record, "bootstrap");
    if (seconds !== undefined) return { seconds, basis: basisOf(record, 1) };
  }
  return undefined;
}

function assumedBootstrap({ isTwin, bootstrapMinutes, isOnMachine = false }: Evidence): Expected {
  const set = "first user, licence, replicas and template";
  if (isTwin) return { seconds: TWIN_BOOTSTRAP_SECONDS, basis: { kind: "assumed", source: set } };
  const seconds = bootstrapMinutes * 60;
  return isOnMachine
    ? {
        seconds: seconds + MACHINE_START_SECONDS,
        basis: { kind: "assumed", source: `the start-up script of Coder's machine, then ${set}` },
      }
    : { seconds, basis: { kind: "assumed", source: set } };
}

/** How much faster than a cloud the record's twin was. */
function speedOf({ simulated, provenance }: RunRecord): number {
  return simulated ? (provenance.rehearsal?.speed ?? 1) : 1;
}

function basisOf({ simulated, runId, startedAt }: RunRecord, count: number): Basis {
  const of = { runId, date: startedAt.slice(0, 10), count };
  return { kind: simulated ? "simulated" : "measured", ...of };
}
