import { Command, CommanderError } from "commander";
import { ArchitectureError } from "../../reference-architectures/error.ts";
import { systemClock } from "../model/clock.ts";
import { ownEnvironment, refuseObeyed, removedNote } from "../model/environment/own-environment.ts";
import { RefbenchError, verdictOfError } from "../model/error.ts";
import { EXIT_CODES } from "../model/verdict.ts";
import { adoptOrphans } from "../pipeline/adopt.ts";
import { architecturesCommand } from "./commands/architectures.ts";
import { checkCommand } from "./commands/check.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { drainCommand } from "./commands/drain.ts";
import { emulatorCommand } from "./commands/emulator.ts";
import { nightlyCommand } from "./commands/nightly.ts";
import { preflightCommand } from "./commands/preflight.ts";
import { reaperCommand } from "./commands/reaper.ts";
import { resultsCommand } from "./commands/results.ts";
import { runCommand } from "./commands/run.ts";
import { scaletestCommand } from "./commands/scaletest.ts";
import { stageCommand } from "./commands/stage.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { teardownCommand } from "./commands/teardown.ts";
import { twinCommand } from "./commands/twin.ts";
import { watchCommand } from "./commands/watch.ts";
import type { Io } from "./io.ts";
import { refbenchVersion } from "./refbench-version.ts";
import { safeStream } from "./safe-stream.ts";
import { spawnReaper } from "./spawn-reaper.ts";

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
export async function main(args: readonly string[], environment: Omit<Io, "exit">): Promise<number> {
  let exitCode = 0;
  const shell = environment.env;
  const io: Io = {
    ...environment,
    // One place for every text, whoever's words it holds: a deployment, a cloud and a record can say anything.
    stdout: safeStream(environment.stdout),
    stderr: safeStream(environment.stderr),
    terminal: environment.stderr,
    env: ownEnvironment(shell),
    exit: (code) => (exitCode = code),
  };
  try {
    const { version } = await refbenchVersion();
    await programOf(io, version, shell).parseAsync(["node", "refbench", ...args]);
    return exitCode;
  } catch (error) {
    return failed(error, io);
  }
}

/** Every command with its flags. `shell` is the environment before anything was taken out of it. */
export function programOf(io: Io, version: string, shell: NodeJS.ProcessEnv = io.env): Command {
  const program = new Command("refbench")
    .description("Measures how far Coder scales on reference architectures, and leaves nothing behind.")
    .version(version)
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .exitOverride()
    .showHelpAfterError("(add --help for what it accepts)")
    .hook("preAction", async (_, command) => {
      lookAtShell(command, shell, io);
      if (!ADOPTING.has(command.name()) && !ADOPTING.has(command.parent?.name() ?? "")) return;
      for (const note of await adoptOrphans(io.cwd, { clock: systemClock, spawnReaper }))
        io.stderr.write(`refbench: ${note}\n`);
    });
  const commands = [
    preflightCommand,
    runCommand,
    stageCommand,
    teardownCommand,
    watchCommand,
    sweepCommand,
    nightlyCommand,
    resultsCommand,
    checkCommand,
    architecturesCommand,
    drainCommand,
    scaletestCommand,
    twinCommand,
    emulatorCommand,
    doctorCommand,
  ];
  for (const command of commands) program.addCommand(inheriting(program, command(io)));
  program.addCommand(inheriting(program, reaperCommand(io)), { hidden: true });
  return program;
}

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
  io.stderr.write(
    `refbench: this is a defect of refbench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT_CODES["harness-error"];
}

/** A message with line breaks of another program stays a message: no line of it passes for a line of refbench. */
function indented(message: string): string {
  return message.replaceAll("\n", "\n  ");
}
