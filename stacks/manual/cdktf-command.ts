import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Architecture } from "../../reference-architectures/architecture.ts";
import { EnvironmentError } from "../read-json.ts";

/** How many parent processes are read: cdktf starts this program through a shell. */
const GENERATIONS = 6;

/** A command of cdktf. */
export interface CdktfCommand {
  /** Such as `deploy`; `synth` if this program was started without cdktf. */
  readonly name: string;
  /** Names or patterns of stacks, such as `gke*`. May contain values of options too, which match no stack. */
  readonly stacks: readonly string[];
}

/**
 * Returns the command of cdktf that started this program. cdktf does not pass it to its app, so the command lines of
 * the parents are read. If that fails, `REFBENCH_CDKTF_COMMAND` contains it, such as `deploy gke*`.
 */
export async function findCdktfCommand(env: NodeJS.ProcessEnv): Promise<CdktfCommand> {
  const named = env["REFBENCH_CDKTF_COMMAND"];
  if (named !== undefined && named !== "") return commandIn(["cdktf", ...named.split(/\s+/)]) ?? SYNTH;
  let pid = process.ppid;
  for (let generation = 0; generation < GENERATIONS && pid > 1; generation += 1) {
    const parent = await findProcess(pid);
    if (parent === undefined) break;
    const command = commandIn(parent.args);
    if (command !== undefined) return command;
    pid = parent.parentPid;
  }
  // Only cdktf's command line sets it, so cdktf runs but was not found.
  if (env["CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS"] === undefined) return SYNTH;
  throw new EnvironmentError(
    "cannot read which cdktf command started this program: set REFBENCH_CDKTF_COMMAND to it, such as REFBENCH_CDKTF_COMMAND='deploy gke*'",
  );
}

const SYNTH: CdktfCommand = { name: "synth", stacks: [] };

/** Returns the command in the arguments of a cdktf process; undefined for another program. */
export function commandIn(args: readonly string[]): CdktfCommand | undefined {
  const program = args.findIndex((word) => /^cdktf(\.js|\.cmd)?$/.test(basename(word)));
  // Node runs it as `node …/cdktf deploy`. A shell with cdktf in its script does not count.
  if (program < 0 || program > 1) return undefined;
  const [name, ...stacks] = args.slice(program + 1).filter((word) => word !== "" && !word.startsWith("-"));
  return name === undefined ? undefined : { name, stacks };
}

/** Returns the architectures whose stacks the command names; empty if it names no stack. */
export function namedArchitectures(
  { stacks: patterns }: CdktfCommand,
  architectures: Iterable<Architecture>,
): readonly Architecture[] {
  const expressions = patterns.map(expressionOf);
  return [...architectures].filter(({ stacks }) =>
    stacks.some((stack) => expressions.some((expression) => expression.test(stack))),
  );
}

/** The part of cdktf's patterns that names of stacks need: `*` and `?`. */
function expressionOf(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

interface Process {
  readonly args: readonly string[];
  readonly parentPid: number;
}

async function findProcess(pid: number): Promise<Process | undefined> {
  return (await readProc(pid)) ?? (await askPs(pid));
}

async function readProc(pid: number): Promise<Process | undefined> {
  try {
    const [line, status] = await Promise.all(
      ["cmdline", "stat"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8")),
    );
    // The second field is the program's name in brackets, which may contain any character.
    const parentPid = Number(status?.slice(status.lastIndexOf(")") + 2).split(" ")[1]);
    return { args: line?.split("\0") ?? [], parentPid };
  } catch {
    return undefined;
  }
}

/** For systems without /proc, such as macOS. It splits an argument with a space, which no stack's name has. */
async function askPs(pid: number): Promise<Process | undefined> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-ww", "-o", "ppid=,args=", "-p", String(pid)]);
    const [parentPid, ...args] = stdout.trim().split(/\s+/);
    return { args, parentPid: Number(parentPid) };
  } catch {
    return undefined;
  }
}
