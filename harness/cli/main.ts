import { Command, CommanderError, Help } from "commander";
import { ArchitectureError } from "../../reference-architectures/error.ts";
import { ownEnvironment, refuseObeyed, removedNote } from "../model/environment/own-environment.ts";
import { RefbenchError, verdictOfError } from "../tools/error.ts";
import { stackOf } from "../model/stack-of.ts";
import { EXIT_CODES } from "../tools/verdict.ts";
import { COMMANDS, listed } from "./command-table.ts";
import { findConfigFile } from "./config/config-file.ts";
import { isConfigurable } from "./config/configurable.ts";
import { settleConflicts } from "./config/conflicts.ts";
import type { Io } from "../composition/settings/io.ts";
import { packageVersion } from "../composition/settings/package-version.ts";
import { addHelpNotes } from "./help-notes.ts";
import { safeStream } from "./safe-stream.ts";
import { commandsStartedAs, startedAs } from "./started-as.ts";
import { widthOf } from "../results/output/outputs.ts";

export { stackOf };

const NAMES: readonly string[] = COMMANDS.map(({ name }) => name);

/** Commands that work on runs, and so look after those that nobody tears down. Commands that only read start nothing. */
const ADOPTING: ReadonlySet<string> = new Set(["run", "stage", "teardown"]);

/** Commands that make something or measure. The others have to work in any shell: a teardown most of all. */
const MAKING: ReadonlySet<string> = new Set([
  ...["run", "stage", "nightly"],
  ...["create-workspaces", "traffic"],
]);

/**
 * The command line: parses, runs one command, and returns its exit code. `environment.env` is the shell's; a command
 * sees it without what could change a run.
 */
export async function main(
  args: readonly string[],
  environment: Omit<Io, "exit" | "suggest"> & {
    /** The path of the program that was started. */
    readonly script?: string;
  },
): Promise<number> {
  let exitCode = 0;
  const { script, ...given } = environment;
  const shell = given.env;
  const suggest = commandsStartedAs(startedAs({ env: shell, cwd: given.cwd, script }), NAMES);
  const io: Io = {
    ...given,
    suggest,
    // One place for every text, whoever's words it holds: a deployment, a cloud and a record can say anything.
    stdout: safeStream(given.stdout, suggest),
    stderr: safeStream(given.stderr, suggest),
    terminal: given.stderr,
    env: ownEnvironment(shell),
    exit: (code) => (exitCode = code),
  };
  try {
    const program = await programOf(io, packageVersion(), {
      shell,
      isNeeded: (name) => args.includes(name),
    });
    await readConfig(program, io);
    await program.parseAsync(["node", "refbench", ...args]);
    return exitCode;
  } catch (error) {
    return failed(error, io);
  }
}

/**
 * Sets the flags of a program by the config file of the folder. An error in the file is refused when a command
 * begins that could take flags from it: help, and a teardown, must work beside a wrong file.
 */
async function readConfig(program: Command, io: Io): Promise<void> {
  const found = await findConfigFile(io.cwd, io.env).then(
    (file) => ({ file }),
    (error: unknown) => ({ error }),
  );
  if ("file" in found && found.file !== undefined) {
    const { applyConfig } = await import("./config/apply-config.ts");
    applyConfig(program, found.file);
  }
  program.hook("preAction", async (_, command) => {
    if ("error" in found && isConfigurable(command)) throw found.error;
    if ("file" in found && found.file !== undefined && isConfigurable(command)) {
      const { checkConfig } = await import("./config/apply-config.ts");
      checkConfig(await programOf(io, packageVersion()), found.file);
    }
    settleConflicts(command);
  });
}

/**
 * The program with every command. Only commands that `isNeeded` are loaded, which is asked for names and aliases; the
 * others have no flags and do nothing.
 */
export async function programOf(
  io: Io,
  version: string,
  {
    shell = io.env,
    isNeeded = () => true,
  }: {
    /** The environment before anything was taken out of it. @default that of `io` */
    readonly shell?: NodeJS.ProcessEnv;
    /** @default every command */
    readonly isNeeded?: (name: string) => boolean;
  } = {},
): Promise<Command> {
  const program = new Command("refbench")
    .description("Measures how far Coder scales on reference architectures, and leaves nothing behind.")
    .version(version)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Piped help is searched with grep, so its sentences are not broken.
      getOutHelpWidth: () => widthOf(io.stdout),
      getErrHelpWidth: () => widthOf(io.stderr),
    })
    .exitOverride()
    .configureHelp({ boxWrap: wrapHelp, minWidthToWrap: NARROWEST })
    .showHelpAfterError("(add --help for what it accepts)")
    .hook("preAction", async (_, command) => {
      lookAtShell(command, shell, io);
      if (!ADOPTING.has(command.name()) && !ADOPTING.has(command.parent?.name() ?? "")) return;
      const { adoptRuns } = await import("./adopt-runs.ts");
      await adoptRuns(io);
    });
  addHelpNotes(program, { examples: EXAMPLES, notes: NOTES });
  for (const entry of COMMANDS) {
    const { name, alias = name, description, load } = entry;
    const command =
      isNeeded(name) || isNeeded(alias)
        ? (await load(io, () => programOf(io, version))).description(description)
        : listed(entry);
    program.addCommand(inheriting(program, command).helpGroup(entry.group), {
      hidden: entry.isHidden === true,
    });
  }
  return program;
}

const EXAMPLES = [
  "refbench doctor                      report what is missing on this machine",
  "refbench run gke --rehearse          measure without a cloud",
  "refbench results show latest         read what was measured",
  "refbench teardown latest             delete what a run left",
];

const NOTES = [
  'Flags that stay the same can be kept in refbench.config.json (docs/environment.md); "refbench doctor" shows them.',
];

/** Wraps help at spaces. A quoted command stays whole, so that it can be pasted. */
function wrapHelp(text: string, width: number): string {
  const glued = text.replace(/"refbench [^"]*"/g, (command) => command.replaceAll(" ", GLUE));
  const help = new Help();
  help.minWidthToWrap = NARROWEST;
  return help.boxWrap(glued, width).replaceAll(GLUE, " ");
}
/** Columns beside the flags in which their descriptions are still wrapped: a terminal of 60 columns leaves 23. */
const NARROWEST = 20;
/** A character that no help text has. */
const GLUE = "\uE000";

/** Before anything is made: refuses what could change it and cannot be taken out, and names what was taken out. */
function lookAtShell(command: Command, shell: NodeJS.ProcessEnv, { stderr }: Io): void {
  if (!MAKING.has(command.name())) return;
  refuseObeyed(shell);
  const note = removedNote(shell);
  if (note !== undefined) stderr.write(`refbench: ${note}\n`);
}

/** Output and exit behaviour of the program, for a command and those below it. */
function inheriting(program: Command, command: Command): Command {
  command.copyInheritedSettings(program);
  command.commands.forEach((child) => inheriting(command, child));
  return command;
}

function failed(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
  if (error instanceof ArchitectureError) {
    io.stderr.write(`refbench: ${indented(error.message)}\n`);
    return EXIT_CODES.usage;
  }
  if (error instanceof RefbenchError) {
    io.stderr.write(`refbench: ${indented(error.message)}\n`);
    return EXIT_CODES[verdictOfError[error.code]];
  }
  io.stderr.write(`refbench: this is a defect of refbench: ${stackOf(error)}\n`);
  return EXIT_CODES["harness-error"];
}

/** A message with line breaks of another program stays a message: no line of it passes for a line of refbench. */
function indented(message: string): string {
  return message.replaceAll("\n", "\n  ");
}
