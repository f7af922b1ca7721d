import { getArchitecture } from "../../reference-architectures/catalogue.ts";
import type { Provider } from "../../reference-architectures/zones.ts";
import { RefbenchError } from "../tools/error.ts";
import type { RunRecord } from "../model/record/record.ts";
import type { CoderVersion } from "../composition/settings/coder-channel.ts";
import { formatSize, type SizeName } from "./sizes.ts";
import { DEFAULT_TTL_MS } from "../composition/settings/defaults.ts";

/** The request for a night, from its flags. */
export interface NightRequest {
  /** The id that all its runs carry. */
  readonly night: string;
  readonly sizes: readonly SizeName[];
  readonly rehearse: boolean;
  /** Google project, if a size is on Google Cloud. */
  readonly project?: string | undefined;
  /** AWS account, if a size is on AWS. */
  readonly account?: string | undefined;
  /** Resolved once, so that every run of the night measures the same version. */
  readonly coderVersion?: CoderVersion | undefined;
  /** Limit for the whole night in USD. */
  readonly maxCost?: number | undefined;
  /** How long one run may take before it is asked to stop and tear down, in milliseconds. */
  readonly runTimeMs: number;
  /** Limit for the duration of the whole night in milliseconds; absent = no limit. */
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
  /** Folder of the store; absent = the default folder of results or rehearsals. */
  readonly store?: string | undefined;
  /** Folder for the site. */
  readonly site: string;
  /** A file with the markers of the table. */
  readonly table?: string | undefined;
}

/** The first try, as a second one records it. */
export type FailedOver = NonNullable<RunRecord["failedOver"]>;

/** The flag that names where sizes of a cloud are measured, with the night's value. */
export function placeOfCloud(
  cloud: Provider,
  { project, account }: Pick<NightRequest, "project" | "account">,
): { readonly flag: string; readonly value: string | undefined } {
  switch (cloud) {
    case "google":
      return { flag: "--project", value: project };
    case "aws":
      return { flag: "--account", value: account };
    case "kubernetes":
      throw new RefbenchError(
        "usage",
        "a night measures the clouds' sizes only; for a cluster of your own use refbench run kubernetes",
      );
  }
}

/** The flags for a size's cloud: --rehearse, or the project or account. */
export function placeFlags({ architecture }: SizeName, request: NightRequest): readonly string[] {
  if (request.rehearse) return ["--rehearse"];
  const { cloud } = getArchitecture(architecture);
  const { flag, value } = placeOfCloud(cloud, request);
  return optionalFlag(flag, value);
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
    ...optionalFlag("--coder-version", request.coderVersion?.version),
    ...optionalFlag("--licence-file", request.licenceFile),
    ...["--output", "json"],
  ];
}

/** The steps that store the records and write table and page from the store, with their arguments. */
export function publishSteps({
  rehearse,
  store,
  site,
  table,
}: NightRequest): readonly (readonly [name: string, args: readonly string[]])[] {
  const where = [...(rehearse ? ["--rehearsals"] : []), ...optionalFlag("--store", store)];
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
  // A run that is older than its expiry would be torn down as abandoned.
  const ttl = runTimeMs > DEFAULT_TTL_MS ? `${Math.ceil(runTimeMs / 60_000) + 10}m` : undefined;
  return [
    "run",
    size.architecture,
    ...["--size", size.size],
    ...placeFlags(size, request),
    ...["--night", request.night],
    ...optionalFlag("--coder-version", coderVersion?.version),
    ...optionalFlag("--coder-channel", coderVersion?.channel),
    ...optionalFlag("--max-cost", budget?.toFixed(2)),
    ...optionalFlag("--faults", request.faults.get(formatSize(size))),
    ...optionalFlag("--zone", second?.zone),
    ...optionalFlag("--failed-over", second && JSON.stringify(second.failedOver)),
    ...optionalFlag("--ttl", ttl),
    ...optionalFlag("--licence-file", request.licenceFile),
    ...optionalFlag("--mirror", request.mirror),
    ...optionalFlag("--state", request.state),
    ...optionalFlag("--speed", request.speed),
    ...optionalFlag("--build-speed", request.buildSpeed),
    ...["--output", `json:${result}`],
  ];
}

/** A flag with its value, or nothing without a value. */
function optionalFlag(flag: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [flag, String(value)];
}
