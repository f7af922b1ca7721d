import type { Command } from "commander";
import { atCoderVersion, getArchitecture, resolveSize } from "../../reference-architectures/catalogue.ts";
import { parseOverrides } from "../../reference-architectures/override.ts";
import { placeOf } from "../../reference-architectures/place.ts";
import { RefbenchError } from "../tools/error.ts";
import type { Plan } from "../pipeline/folder/plan.ts";
import { clusterAccessOf, type ClusterAccessFlags } from "./options/cluster-access.ts";
import { resolveCoderVersion } from "../composition/settings/coder-channel.ts";
import type { RunSettings } from "../composition/settings/run-settings.ts";
import { tlsOf, type TlsFlags } from "./options/tls-option.ts";

/** The flags by which the checks before a run depend on it: those of `preflight`, and some of those of `run`. */
export interface SettingsFlags extends ClusterAccessFlags, TlsFlags {
  readonly size?: string;
  readonly set: readonly string[];
  readonly coderVersion?: string;
  readonly coderServer?: string;
  readonly rehearse?: boolean;
  readonly region?: string;
  readonly zone?: string;
  readonly runner: Plan["runner"];
}

/**
 * Reads and checks the flags for `run`, `stage` and `preflight` alike, so that a preflight asks about the run that its
 * flags would make. Throws `usage`. A flag that has no meaning here is refused, a variable is ignored.
 */
export async function runSettingsOf(
  architecture: string,
  flags: SettingsFlags,
  command: Pick<Command, "getOptionValueSource">,
): Promise<RunSettings> {
  const { rehearse = false, runner, coderVersion } = flags;
  const overrides = parseOverrides(flags.set);
  const size = resolveSize(architecture, flags.size, overrides);
  refuseOthersFlags(architecture, rehearse, command);
  const access = clusterAccessOf(architecture, flags, command);
  const tls = tlsOf(flags);
  // A variable with the region of real runs does not move the twin.
  const place = placeOf(getArchitecture(architecture), rehearse ? { zone: flags.zone } : flags);
  const resolved =
    coderVersion === undefined ? undefined : await resolveCoderVersion(coderVersion, { rehearse });
  return {
    rehearse,
    size:
      resolved === undefined ? size : { ...size, figures: atCoderVersion(size.figures, resolved.version) },
    overrides,
    ...(resolved === undefined ? {} : { coderVersion: resolved }),
    place,
    runner,
    ...access,
    ...tls,
  };
}

const ONLY_REHEARSALS = {
  coderServer: "--coder-server",
  coderProviderMirror: "--coder-provider-mirror",
  speed: "--speed",
  buildSpeed: "--build-speed",
  failBuilds: "--fail-builds",
  shellDelay: "--shell-delay",
  faults: "--faults",
} as const;
const ONLY_REAL_RUNS = {
  project: "--project",
  account: "--account",
  region: "--region",
  skipCanary: "--skip-canary",
  skipPreflight: "--skip-preflight",
} as const;

/** A flag without a meaning in this kind of run suggests that another kind was meant. */
function refuseOthersFlags(
  architecture: string,
  rehearse: boolean,
  command: Pick<Command, "getOptionValueSource">,
): void {
  const given = (flags: Readonly<Record<string, string>>): string | undefined =>
    Object.entries(flags).find(([name]) => command.getOptionValueSource(name) === "cli")?.[1];
  const wrong = given(rehearse ? ONLY_REAL_RUNS : ONLY_REHEARSALS);
  if (wrong !== undefined) {
    throw new RefbenchError(
      "usage",
      rehearse
        ? `${wrong} cannot be combined with --rehearse, which asks no cloud: remove one of the two`
        : `${wrong} needs --rehearse: a real run does not use the twin`,
    );
  }
  if (rehearse) return;
  const { cloud } = getArchitecture(architecture);
  const others = given(cloud === "google" ? { account: "--account" } : { project: "--project" });
  if (others !== undefined) {
    const [where, own] = cloud === "google" ? ["Google", "--project"] : ["AWS", "--account"];
    throw new RefbenchError(
      "usage",
      `${others} is not ${where}'s, where ${architecture} runs: expected ${own}`,
    );
  }
}
