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
import type { NightRequest } from "./request.ts";
import { nameOf, parseSizes, type SizeName } from "./sizes.ts";
import { checkFaultsFile } from "../../rehearsal/twin/faults.ts";

/** The flags of a night, as commander leaves them. */
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

/** What the flags of a night ask for; throws `usage` where they contradict each other, before anything is begun. */
export async function readNightRequest(
  flags: NightlyFlags,
  { cwd, env, stderr }: Pick<Io, "cwd" | "env" | "stderr">,
  /** This refbench. */
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
    // A rehearsal simulates the licence; its user's shell may name one all the same.
    licenceFile: rehearse ? undefined : licenceFile,
    mirror,
    state,
    speed,
    buildSpeed,
    faults: faultsOf(flags.faults, sizes, cwd),
    store,
    site: flags.site ?? (rehearse ? ".refbench/rehearsals-site" : "site"),
    table,
  };
  refuseShortNight(request);
  return request;
}

function refuseMissingPlace(sizes: readonly SizeName[], { rehearse, project, account }: NightlyFlags): void {
  if (rehearse === true) return;
  for (const size of sizes) {
    const { cloud } = getArchitecture(size.architecture);
    const [flag, value] = cloud === "google" ? ["--project", project] : ["--account", account];
    if (value !== undefined && value !== "") continue;
    throw new RefbenchError(
      "usage",
      `${nameOf(size)} is measured in a real cloud, and ${flag} does not say in whose: add ${flag} <id>, or --rehearse`,
    );
  }
}

/**
 * Why no record of this night can be part of the table. A night is for the table: a real one that cannot write into it
 * is refused before it costs anything, unless it is asked for. An emulated cloud costs nothing.
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
  throw new RefbenchError("usage", `${why}; or add --unofficial to measure all the same`);
}

/** A flag of the other kind of night would be ignored in silence. */
function refuseOtherKind({ rehearse, state, speed, buildSpeed, faults }: NightlyFlags): void {
  const others =
    rehearse === true
      ? { "--state": state }
      : { "--speed": speed, "--build-speed": buildSpeed, "--faults": faults[0] };
  const [flag] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (flag === undefined) return;
  throw new RefbenchError(
    "usage",
    `${flag} is nothing for ${rehearse === true ? "a rehearsal: leave it out" : "a real night: leave it out, or add --rehearse"}`,
  );
}

function faultsOf(
  given: readonly string[],
  sizes: readonly SizeName[],
  cwd: string,
): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const [, name = "", file = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
      if (sizes.some((size) => nameOf(size) === name)) return [name, checkFaultsFile(resolve(cwd, file))];
      throw new RefbenchError(
        "usage",
        `--faults is "${text}", expected <size>=<file> with a size of --sizes`,
      );
    }),
  );
}
