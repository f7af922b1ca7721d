import { siteFolder } from "../results/publish/site-folder.ts";
import { resolve } from "node:path";
import { getArchitecture } from "../../reference-architectures/catalogue.ts";
import { systemClock } from "../tools/time/clock.ts";
import { RefbenchError } from "../tools/error.ts";
import type { RefbenchProvenance } from "../model/record/record.ts";
import { newRunId } from "../model/run-id.ts";
import { resolveCoderVersion } from "../composition/settings/coder-channel.ts";
import { endpointsOf } from "../composition/settings/endpoints.ts";
import type { Io } from "../composition/settings/io.ts";
import { whyUnofficial } from "../composition/settings/refbench-version.ts";
import { refuseShortNight } from "./night-time.ts";
import { type NightRequest, placeOfCloud } from "./request.ts";
import { formatSize, parseSizes, type SizeName } from "./sizes.ts";
import { checkFaultsFile } from "../../rehearsal/twin/faults.ts";

/** The flags of a night, as commander parses them. */
export interface NightlyFlags {
  readonly sizes: string;
  readonly rehearse?: boolean;
  readonly project?: string;
  readonly account?: string;
  readonly coderVersion?: string;
  readonly maxCost?: number;
  readonly runTime: number;
  readonly nightTime?: number;
  readonly licenceFile?: string;
  readonly mirror?: string;
  readonly state?: string;
  readonly speed?: number;
  readonly buildSpeed?: number;
  readonly faults: readonly string[];
  readonly store?: string;
  readonly site?: string;
  readonly table?: string;
  readonly unofficial?: boolean;
}

/** Reads the request from the flags of a night. Throws `usage` if they contradict each other. */
export async function readNightRequest(
  flags: NightlyFlags,
  { cwd, env, stderr }: Pick<Io, "cwd" | "env" | "stderr">,
  /** The version of this refbench. */
  refbench: RefbenchProvenance,
): Promise<NightRequest> {
  const { rehearse = false, project, account, coderVersion, maxCost, licenceFile } = flags;
  const { mirror, state, speed, buildSpeed, store, table } = flags;
  const sizes = parseSizes(flags.sizes);
  refuseMissingPlace(sizes, flags);
  refuseOtherKind(flags);
  const why = unofficialNight(sizes, flags, env, refbench);
  if (why !== undefined) stderr.write(`refbench: ${why}\n`);
  const request: NightRequest = {
    night: newRunId(systemClock.now()),
    sizes,
    rehearse,
    project,
    account,
    coderVersion:
      coderVersion === undefined
        ? undefined
        : await resolveCoderVersion(coderVersion, { rehearse, token: env["GITHUB_TOKEN"] }),
    maxCost,
    runTimeMs: flags.runTime,
    nightTimeMs: flags.nightTime,
    // A rehearsal simulates the licence, even if the user's shell names one.
    licenceFile: rehearse ? undefined : licenceFile,
    mirror,
    state,
    speed,
    buildSpeed,
    faults: readFaultFlags(flags.faults, sizes, cwd),
    store,
    site: flags.site ?? siteFolder(rehearse),
    table,
  };
  refuseShortNight(request);
  return request;
}

function refuseMissingPlace(sizes: readonly SizeName[], flags: NightlyFlags): void {
  if (flags.rehearse === true) return;
  for (const size of sizes) {
    const { cloud } = getArchitecture(size.architecture);
    const { flag, value } = placeOfCloud(cloud, flags);
    if (value !== undefined && value !== "") continue;
    throw new RefbenchError(
      "usage",
      `${formatSize(size)} is measured in a real cloud: add ${flag} <id>, or --rehearse`,
    );
  }
}

/**
 * Why no record of this night can be part of the table, or undefined. Throws `usage` if the night would cost money
 * nevertheless, unless --unofficial requests that. An emulated cloud costs nothing.
 */
function unofficialNight(
  sizes: readonly SizeName[],
  { rehearse = false, unofficial = false }: NightlyFlags,
  env: NodeJS.ProcessEnv,
  refbench: RefbenchProvenance,
): string | undefined {
  if (rehearse && refbench.commit !== undefined) return undefined;
  const why = whyUnofficial(refbench);
  const isBilled =
    !rehearse &&
    !sizes.every(({ architecture }) => endpointsOf(getArchitecture(architecture).cloud, env).emulated);
  if (why === undefined || unofficial || !isBilled) return why;
  throw new RefbenchError("usage", `${why}; or add --unofficial to measure nevertheless`);
}

/** Throws `usage` for a flag of the other kind of night, which would have no effect. */
function refuseOtherKind({ rehearse, state, speed, buildSpeed, faults }: NightlyFlags): void {
  const others =
    rehearse === true
      ? { "--state": state }
      : { "--speed": speed, "--build-speed": buildSpeed, "--faults": faults[0] };
  const [flag] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (flag === undefined) return;
  throw new RefbenchError(
    "usage",
    `${flag} ${rehearse === true ? "cannot be combined with --rehearse: omit one of them" : "needs --rehearse: add it, or omit the flag"}`,
  );
}

function readFaultFlags(
  given: readonly string[],
  sizes: readonly SizeName[],
  cwd: string,
): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const [, name = "", file = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
      if (sizes.some((size) => formatSize(size) === name)) return [name, checkFaultsFile(resolve(cwd, file))];
      throw new RefbenchError(
        "usage",
        `--faults is "${text}", expected <size>=<file> with a size of --sizes`,
      );
    }),
  );
}
