import { Command } from "commander";
import type { Io } from "../composition/settings/io.ts";

/** A command of refbench as its list of commands shows it. Its code is loaded when it is named. */
export interface ListedCommand {
  readonly name: string;
  readonly alias?: string;
  /** Its arguments, such as "<run>". */
  readonly takes?: string;
  readonly hasOptions?: true;
  readonly description: string;
  readonly isHidden?: true;
  /** The heading in the help under which it is listed. */
  readonly group: string;
  /** Its flags and its action. `whole` returns the program with every command loaded. */
  readonly load: (io: Io, whole: () => Promise<Command>) => Promise<Command>;
}

/** Every command, in the order of the help text. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: "preflight",
    group: "Measure:",
    takes: "<architecture>",
    hasOptions: true,
    description:
      "ask the cloud everything that a run needs, with what to do about what is missing; creates nothing",
    load: async (io) => (await import("./commands/preflight.ts")).preflightCommand(io),
  },
  {
    name: "plan",
    group: "Measure:",
    takes: "<architecture>",
    hasOptions: true,
    description:
      "what a run would create, in which order and how long, its quota, permissions and cost; creates and asks nothing",
    load: async (io) => (await import("./commands/plan.ts")).planCommand(io),
  },
  {
    name: "run",
    group: "Measure:",
    takes: "<architecture>",
    hasOptions: true,
    description: "deploy a reference architecture, run the scaletest on it, write its row, tear it down",
    load: async (io) => (await import("./commands/run.ts")).runCommand(io),
  },
  {
    name: "stage",
    group: "Measure:",
    takes: "<stage> [architecture]",
    hasOptions: true,
    description:
      "run one stage alone: preflight makes a run and prints its id, the others continue it with --run <id>",
    load: async (io) => (await import("./commands/stage.ts")).stageCommand(io),
  },
  {
    name: "teardown",
    group: "Clean up:",
    takes: "[run]",
    hasOptions: true,
    description: "tear a run down, whatever state it is in: drain, destroy, sweep, audit",
    load: async (io) => (await import("./commands/teardown.ts")).teardownCommand(io),
  },
  {
    name: "watch",
    group: "Measure:",
    takes: "<run>",
    description: "follow a run and its teardown until its record is final; leaving (Ctrl-C) changes nothing",
    load: async (io) => (await import("./commands/watch.ts")).watchCommand(io),
  },
  {
    name: "sweep",
    group: "Clean up:",
    hasOptions: true,
    description:
      "remove what runs left behind: runs that nobody looks after first, then whatever is still there",
    load: async (io) => (await import("./commands/sweep.ts")).sweepCommand(io),
  },
  {
    name: "nightly",
    group: "Measure:",
    hasOptions: true,
    description: "measure several sizes unattended: sweep, preflight, run each, sweep, publish, sum up",
    load: async (io) => (await import("./commands/nightly.ts")).nightlyCommand(io),
  },
  {
    name: "results",
    group: "Results:",
    description: "what was measured: the store's records, and those under .refbench/runs",
    load: async (io) => (await import("./commands/results.ts")).resultsCommand(io),
  },
  {
    name: "check",
    group: "Results:",
    takes: "<record>",
    hasOptions: true,
    description: "judge a stored record again by its own measurements; the same record gives the same answer",
    load: async (io) => (await import("./commands/check.ts")).checkCommand(io),
  },
  {
    name: "architectures",
    group: "Results:",
    description: "the reference architectures and their sizes",
    load: async (io) => (await import("./commands/architectures.ts")).architecturesCommand(io),
  },
  {
    name: "size",
    group: "Results:",
    hasOptions: true,
    description: "what a number of users needs, what it costs a month, and who measured that",
    load: async (io) => (await import("./commands/size.ts")).sizeCommand(io),
  },
  {
    name: "export",
    group: "Your own deployment:",
    takes: "<architecture>",
    hasOptions: true,
    description:
      "write a size as plain Terraform, which needs nothing of refbench; creates nothing in a cloud",
    load: async (io) => (await import("./commands/export.ts")).exportCommand(io),
  },
  {
    name: "drain",
    group: "Your own deployment:",
    takes: "<architecture>",
    hasOptions: true,
    description:
      "delete every workspace of a manual environment, through its Coder, before npx cdktf destroy",
    load: async (io) => (await import("./commands/drain.ts")).drainCommand(io),
  },
  {
    name: "scaletest",
    group: "Your own deployment:",
    alias: "loadtest",
    description: "run the scaletest workload alone, against a deployment of your own",
    load: async (io) => (await import("./commands/scaletest.ts")).scaletestCommand(io),
  },
  {
    name: "twin",
    group: "This machine:",
    description: "the twin cloud of this folder (.refbench/twin) that rehearsals run against",
    load: async (io) => (await import("./commands/twin.ts")).twinCommand(io),
  },
  {
    name: "emulator",
    group: "This machine:",
    hasOptions: true,
    description:
      "start an emulated Coder alone, with a user and a template `kubernetes` in it; Ctrl-C ends it",
    load: async (io) => (await import("./commands/emulator.ts")).emulatorCommand(io),
  },
  {
    name: "smtp",
    group: "This machine:",
    hasOptions: true,
    description: "start an SMTP server that keeps when each mail came, for notifications; Ctrl-C ends it",
    load: async (io) => (await import("./stand-ins/smtp.ts")).smtpCommand(io),
  },
  {
    name: "doctor",
    group: "This machine:",
    hasOptions: true,
    description: "what is installed on this machine, what is missing, and how to get it",
    load: async (io, whole) => (await import("./commands/doctor.ts")).doctorCommand(io, whole),
  },
  {
    name: "completion",
    group: "This machine:",
    takes: "<shell>",
    description: "print the script that completes commands and flags in bash, zsh or fish",
    load: async (io, whole) => (await import("./commands/completion.ts")).completionCommand(io, whole),
  },
  {
    name: "reaper",
    group: "This machine:",
    takes: "<folder>",
    description: "owns the teardown of a run; refbench starts it",
    isHidden: true,
    load: async (io) => (await import("./commands/reaper.ts")).reaperCommand(io),
  },
];

/** A command with nothing but what the list of commands shows. */
export function listed({ name, alias, takes, hasOptions, description }: ListedCommand): Command {
  const command = new Command(name).description(description);
  if (alias !== undefined) command.alias(alias);
  if (takes !== undefined) command.arguments(takes);
  return hasOptions === true ? command.option("--options") : command;
}
