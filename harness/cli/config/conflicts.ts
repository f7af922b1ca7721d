import type { Command } from "commander";
import { RefbenchError } from "../../tools/error.ts";

/** Flags of which at most one can be given. Flags are named as commander names them. */
interface Exclusion {
  /** The commands that are meant; absent = all that have both flags. */
  readonly commands?: readonly string[];
  readonly flag: string;
  readonly others: readonly string[];
  /**
   * What happens without a config file. `flags`: two flags are refused, and nothing else. `variables`: those of
   * variables are refused too. `command`: the command decides.
   */
  readonly refuses: "flags" | "variables" | "command";
}

/** Flags of a cluster of the user's own. */
const OWN_CLUSTER = [
  ...["kubeconfig", "context", "storageClass", "nodeSelector", "image", "chart", "databaseUrlSecret"],
] as const;

const EXCLUSIONS: readonly Exclusion[] = [
  { flag: "compare", others: ["coderVersion"], refuses: "variables" },
  { flag: "compare", others: ["coderServer"], refuses: "command" },
  {
    commands: ["run", "stage", "preflight"],
    flag: "rehearse",
    others: [
      ...["project", "account", "region", "zone", "state", "licenceFile"],
      ...["skipCanary", "skipPreflight"],
      ...OWN_CLUSTER,
    ],
    refuses: "command",
  },
  { commands: ["nightly"], flag: "rehearse", others: ["state"], refuses: "command" },
  { commands: ["nightly"], flag: "rehearse", others: ["project", "account"], refuses: "flags" },
  { commands: ["sweep"], flag: "rehearse", others: ["project", "account", "region"], refuses: "flags" },
  {
    commands: ["sweep"],
    flag: "check",
    others: ["olderThan", "includeUnlabelled", "maxResources", "wait"],
    refuses: "flags",
  },
  { commands: ["sweep"], flag: "run", others: ["olderThan", "includeUnlabelled"], refuses: "flags" },
  { commands: ["cleanup"], flag: "run", others: ["all", "olderThan"], refuses: "flags" },
  { flag: "ssh", others: ["sshShare"], refuses: "flags" },
  { flag: "waitForAgents", others: ["connections", "ssh", "sshShare", "runCommand"], refuses: "flags" },
  {
    commands: ["stage"],
    flag: "run",
    others: [
      ...["size", "set", "coderVersion", "compare", "rehearse", "project", "account", "region", "zone"],
      ...["ttl", "keepOnFailure", "maxCost", "tls", "mirror", "state", "owner", "runner", "speed", "faults"],
      ...OWN_CLUSTER,
    ],
    refuses: "flags",
  },
];

/** Flags that mean nothing without another flag: at least one of `needs`. */
interface Need {
  readonly commands?: readonly string[];
  readonly flags: readonly string[];
  readonly needs: readonly string[];
}

const NEEDS: readonly Need[] = [
  { flags: ["pairs", "seed"], needs: ["compare"] },
  { flags: ["keepMax"], needs: ["keepOnFailure"] },
  { flags: ["coderProviderMirror"], needs: ["coderServer"] },
  { commands: ["sweep"], flags: ["region"], needs: ["account"] },
  { commands: ["sweep"], flags: ["period"], needs: ["check"] },
  { commands: ["teardown"], flags: ["wait"], needs: ["all"] },
  { commands: ["create-workspaces"], flags: ["tickInterval"], needs: ["bytesPerTick"] },
  { flags: ["scenarioFor"], needs: ["scenario", "app"] },
  { flags: ["pagesPerMinute"], needs: ["scenario"] },
  { flags: ["appBy"], needs: ["app"] },
  { commands: ["create-workspaces", "traffic"], flags: ["schedule"], needs: ["scenario"] },
  { flags: ["sshClient", "coderClientSha256"], needs: ["ssh", "sshShare", "scenario"] },
];

/** Flags that a rehearsal alone uses. A config file may hold them for the rehearsals among the runs of its folder. */
const ONLY_REHEARSALS = [
  ...["speed", "buildSpeed", "failBuilds", "shellDelay", "faults"],
  ...["coderServer", "coderProviderMirror", "failCheck"],
];

/**
 * Refuses flags that exclude each other or mean nothing, with a `usage` error, before the command does anything. A
 * value of the config file yields to a flag or a variable instead, and to the kind of run: one that only rehearsals
 * use is dropped from a real run.
 */
export function settleConflicts(command: Command): void {
  for (const { commands, flag, others, refuses } of EXCLUSIONS) {
    if (commands?.includes(command.name()) === false) continue;
    for (const other of others) settle(command, [flag, other], refuses);
  }
  for (const { commands, flags, needs } of NEEDS) {
    if (commands?.includes(command.name()) === false) continue;
    for (const flag of flags) requireOneOf(command, flag, needs);
  }
  const hasRehearsals = command.options.some((option) => option.attributeName() === "rehearse");
  if (!hasRehearsals || command.getOptionValue("rehearse") === true) return;
  for (const name of ONLY_REHEARSALS)
    if (command.getOptionValueSource(name) === "config") drop(command, name);
}

function settle(command: Command, pair: readonly [string, string], refuses: Exclusion["refuses"]): void {
  const sources = pair.map((name) => command.getOptionValueSource(name));
  if (sources.some((source) => source === undefined || source === "default")) return;
  const [yielding, ...others] = pair.filter((_, index) => sources[index] === "config");
  if (yielding !== undefined && others.length === 0) {
    drop(command, yielding);
    return;
  }
  const isRefused =
    refuses === "variables" || (refuses === "flags" && sources.every((each) => each === "cli"));
  if (!isRefused) return;
  const [left, right] = pair.map((name) => nameGiven(command, name));
  throw new RefbenchError("usage", `${left} cannot be combined with ${right}: remove one of the two`);
}

function requireOneOf(command: Command, flag: string, needs: readonly string[]): void {
  if (command.getOptionValueSource(flag) !== "cli") return;
  const known = needs.map((name) => optionOf(command, name)).filter((option) => option !== undefined);
  const isGiven = known.some((option) => {
    const source = command.getOptionValueSource(option.attributeName());
    return source !== undefined && source !== "default";
  });
  if (known.length === 0 || isGiven) return;
  const wanted = known.map(({ long = "" }) => long).join(" or ");
  const given = nameGiven(command, flag);
  throw new RefbenchError("usage", `${given} needs ${wanted}: add ${wanted}, or remove ${given}`);
}

function drop(command: Command, name: string): void {
  command.setOptionValueWithSource(name, optionOf(command, name)?.defaultValue, "default");
}

/** The flag, with its variable where that set it. */
function nameGiven(command: Command, name: string): string {
  const { long = name, envVar } = optionOf(command, name) ?? {};
  const source = command.getOptionValueSource(name);
  if (source === "env" && envVar !== undefined) return `${long} (set by ${envVar})`;
  return source === "config" ? `${long} (set by the config file)` : long;
}

function optionOf(command: Command, name: string) {
  return command.options.find((option) => option.attributeName() === name);
}
