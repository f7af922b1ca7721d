import { getArchitecture } from "../../reference-architectures/catalogue.ts";
import type { RunRecord } from "../model/record/record.ts";
import type { CoderVersion } from "../composition/settings/coder-channel.ts";
import { nameOf, type SizeName } from "./sizes.ts";
import { DEFAULT_TTL_MS } from "../composition/settings/defaults.ts";

/** What a night is asked for, flags already read. */
export interface NightRequest {
  /** The id that all its runs carry. */
  readonly night: string;
  readonly sizes: readonly SizeName[];
  readonly rehearse: boolean;
  /** Google project, where a size is Google's. */
  readonly project?: string | undefined;
  /** AWS account, where a size is AWS's. */
  readonly account?: string | undefined;
  /** Resolved once, so that every run of the night measures the same. */
  readonly coderVersion?: CoderVersion | undefined;
  /** USD for all of the night. */
  readonly maxCost?: number | undefined;
  /** How long one run may take before it is asked to stop and tear down, in milliseconds. */
  readonly runTimeMs: number;
  /** From its start on, all of the night ends within this time, in milliseconds; absent = as long as it takes. */
  readonly nightTimeMs?: number | undefined;
  readonly licenceFile?: string | undefined;
  /** Buckets for what a teardown needs, and for Terraform's state. */
  readonly mirror?: string | undefined;
  readonly state?: string | undefined;
  /** How a rehearsal compresses the twin's durations and the emulator's builds. */
  readonly speed?: number | undefined;
  readonly buildSpeed?: number | undefined;
  /** Faults for the twin to play, by size. */
  readonly faults: ReadonlyMap<string, string>;
  /** Folder of the store; absent = where results and rehearsals lie by default. */
  readonly store?: string | undefined;
  /** Folder that the site is written to. */
  readonly site: string;
  /** A file with the table's markers. */
  readonly table?: string | undefined;
}

/** What a second try is told of the first. */
export type FailedOver = NonNullable<RunRecord["failedOver"]>;

/** The flags that name a size's cloud: the twin's, or the project or account that is meant. */
export function placeFlags({ architecture }: SizeName, request: NightRequest): readonly string[] {
  if (request.rehearse) return ["--rehearse"];
  const { cloud } = getArchitecture(architecture);
  return cloud === "google" ? given("--project", request.project) : given("--account", request.account);
}

/** The places to sweep: each cloud of the sizes once. */
export function sweepFlags(request: NightRequest): readonly (readonly string[])[] {
  if (request.rehearse) return [["--rehearse"]];
  const clouds = new Map(
    request.sizes.map((size) => {
      const { cloud, region } = getArchitecture(size.architecture);
      const flags = placeFlags(size, request);
      return [cloud, cloud === "aws" ? [...flags, "--region", region] : flags];
    }),
  );
  return [...clouds.values()];
}

/** The arguments of the preflight of one size. */
export function preflightArguments(size: SizeName, request: NightRequest): readonly string[] {
  return [
    "preflight",
    size.architecture,
    ...["--size", size.size],
    ...placeFlags(size, request),
    ...given("--coder-version", request.coderVersion?.version),
    ...given("--licence-file", request.licenceFile),
    ...["--output", "json"],
  ];
}

/** The steps that store the records and draw table and page from the store, with their arguments. */
export function publishSteps({
  rehearse,
  store,
  site,
  table,
}: NightRequest): readonly (readonly [name: string, args: readonly string[]])[] {
  const where = [...(rehearse ? ["--rehearsals"] : []), ...given("--store", store)];
  return [
    ["import", ["results", "import", ...where]],
    ["publish", ["results", "publish", ...where, "--out", site]],
    ...(table === undefined
      ? []
      : ([["table", ["results", "table", ...where, "--output", `markdown:${table}`]]] as const)),
  ];
}

/** The arguments of one run. */
export function runArguments(
  size: SizeName,
  request: NightRequest,
  {
    result,
    budget,
    second,
  }: {
    /** File for its record. */
    readonly result: string;
    /** USD. */
    readonly budget: number | undefined;
    readonly second?: { readonly zone: string; readonly failedOver: FailedOver };
  },
): readonly string[] {
  const { coderVersion, runTimeMs } = request;
  // A run that outlives its expiry is torn down as one that nobody looks after.
  const ttl = runTimeMs > DEFAULT_TTL_MS ? `${Math.ceil(runTimeMs / 60_000) + 10}m` : undefined;
  return [
    "run",
    size.architecture,
    ...["--size", size.size],
    ...placeFlags(size, request),
    ...["--night", request.night],
    ...given("--coder-version", coderVersion?.version),
    ...given("--coder-channel", coderVersion?.channel),
    ...given("--max-cost", budget?.toFixed(2)),
    ...given("--faults", request.faults.get(nameOf(size))),
    ...given("--zone", second?.zone),
    ...given("--failed-over", second && JSON.stringify(second.failedOver)),
    ...given("--ttl", ttl),
    ...given("--licence-file", request.licenceFile),
    ...given("--mirror", request.mirror),
    ...given("--state", request.state),
    ...given("--speed", request.speed),
    ...given("--build-speed", request.buildSpeed),
    ...["--output", `json:${result}`],
  ];
}

/** A flag with its value, where there is one. */
function given(flag: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [flag, String(value)];
}
