import { randomUUID } from "node:crypto";
import { open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { messageOf, RefbenchError } from "../tools/error.ts";
import { followFile } from "./follow-file.ts";
import { endOrphan, LAST_RESORT_MS, RunningMark } from "./running.ts";
import { findTerraform } from "./supported.ts";

/** One call of the terraform program. */
export interface TerraformCall {
  readonly binary: string;
  readonly directory: string;
  /** The arguments, with the subcommand first. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Receives each line of stdout and stderr, in the order of writing. */
  readonly onLine: (line: string) => void;
  /** Receives each line of a Terraform that a killed process left running in this folder, after its end. */
  readonly onOrphanLine?: (line: string) => void;
}

/** How the process ended: an exit code, or another reason in words. */
export interface TerraformEnd {
  readonly ok: boolean;
  readonly exit: string;
}

/**
 * Runs terraform until it ends. It has its own process group, so that the terminal's Ctrl-C does not reach it, and
 * writes to a file: with a pipe it would die by SIGPIPE, with its state unwritten, when this process is killed.
 */
export async function runTerraform(call: TerraformCall): Promise<TerraformEnd> {
  const { directory, signal } = call;
  const command = call.args[0] ?? "";
  const path = await readyToRun(call);

  const outputName = `.refbench-terraform-${randomUUID()}.out`;
  const outputPath = join(directory, outputName);
  const output = await open(outputPath, "ax+", 0o600);
  // execa passes any descriptor on, but its types name the first few only.
  const descriptor = output.fd as 3;
  try {
    const child = execa(path, call.args, {
      ...processOptions(call),
      cwd: directory,
      stdio: ["ignore", descriptor, descriptor],
    });
    let mark: RunningMark | undefined;
    let ended = false;
    const interrupt = (): void => {
      mark?.interrupted();
      child.kill("SIGINT");
    };
    signal.addEventListener("abort", interrupt, { once: true });
    const finished = child.then((result) => {
      ended = true;
      return result;
    });
    const following = followFile(output, () => ended, call.onLine);
    try {
      if (child.pid !== undefined) {
        mark = RunningMark.set(directory, { pid: child.pid, command, output: outputName });
      }
      const [result] = await Promise.all([finished, following]);
      if (isAborted(signal)) throw interruptedIn(call);
      return { ok: result.exitCode === 0, exit: exitOf(result) };
    } finally {
      signal.removeEventListener("abort", interrupt);
      // Closes both, also when the mark could not be set: closing the file under a reader would end the whole
      // process.
      await Promise.allSettled([finished, following]);
      mark?.remove();
    }
  } finally {
    await output.close();
    await rm(outputPath, { force: true });
  }
}

/** Runs a terraform command that changes nothing, and keeps its answer in memory. */
export async function askTerraform(
  call: Omit<TerraformCall, "onLine" | "onOrphanLine" | "directory"> & { readonly directory?: string },
): Promise<TerraformEnd & { readonly stdout: string; readonly stderr: string }> {
  const path = await readyToRun(call);
  const result = await execa(path, call.args, {
    ...processOptions(call),
    ...(call.directory !== undefined && { cwd: call.directory }),
    stdin: "ignore",
    cancelSignal: call.signal,
  });
  if (isAborted(call.signal)) throw interruptedIn(call);
  return {
    ok: result.exitCode === 0,
    exit: exitOf(result),
    stdout: result.stdout,
    stderr: result.stderr,
  };
}

/** Returns the program's path. Throws if it cannot run. */
async function readyToRun(
  call: Pick<TerraformCall, "binary" | "args" | "env" | "signal" | "onOrphanLine"> & {
    readonly directory?: string;
  },
): Promise<string> {
  if (call.signal.aborted) throw interruptedIn(call);
  const path = await findTerraform(call.binary, call.env);
  if (call.directory === undefined) return path;
  await requireFolder(call.directory);
  try {
    await endOrphan(call.directory, call.signal, call.onOrphanLine);
  } catch (error) {
    throw isAborted(call.signal) ? interruptedIn(call) : error;
  }
  return path;
}

/** Starts it in its own process group, so that only our signal reaches it. */
function processOptions({ env }: Pick<TerraformCall, "env">) {
  return {
    // The checkpoint asks for newer versions, and an offline machine would wait for it.
    env: { CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", TF_INPUT: "0", ...env },
    extendEnv: false,
    detached: true,
    killSignal: "SIGINT",
    forceKillAfterDelay: LAST_RESORT_MS,
    reject: false,
  } as const;
}

/** The part of execa's result about the end of a process. */
interface ProcessResult {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly originalMessage?: string | undefined;
}

function exitOf(result: ProcessResult): string {
  if (result.exitCode !== undefined) return `exit code ${result.exitCode}`;
  if (result.signal !== undefined) return `killed by ${result.signal}`;
  return result.originalMessage ?? "could not be started";
}

async function requireFolder(directory: string): Promise<void> {
  const found = await stat(directory).catch((error: unknown) => messageOf(error));
  if (typeof found !== "string" && found.isDirectory()) return;
  throw new RefbenchError(
    "run_folder",
    `cannot run terraform in ${directory}: ${typeof found === "string" ? found : "not a folder"}; expected the synthesized stack of a run there`,
  );
}

function interruptedIn({
  args,
  directory,
}: Pick<TerraformCall, "args"> & { readonly directory?: string }): RefbenchError {
  const where = directory === undefined ? "" : ` in ${directory}`;
  return new RefbenchError(
    "interrupted",
    `terraform ${args[0] ?? ""}${where} was interrupted; its state is kept`,
  );
}

/** A function, because TypeScript's flow analysis assumes that the value does not change. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
