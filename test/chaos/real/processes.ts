import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { processStart } from "../../../harness/tools/process/process-start.ts";
import type { Target } from "./schedule.ts";

/** Returns a run's live processes as its folder names them, so that a strike hits only ours. */
export function processesOf(
  folder: string | undefined,
  commandPid: number,
  target: Target,
): readonly number[] {
  const command = processStart(commandPid) === undefined ? [] : [commandPid];
  const reaper = folder === undefined ? [] : reaperOf(folder);
  const terraform = folder === undefined ? [] : terraformOf(folder);
  switch (target) {
    case "run":
      return command;
    case "reaper":
      return reaper;
    case "terraform":
      return terraform;
    case "everything": {
      const supervisors = folder === undefined ? [] : supervisorsOf(folder);
      const heads = [...command, ...supervisors, ...reaper, ...terraform];
      return [...new Set(heads.flatMap((pid) => [pid, ...descendantsOf(pid)]))];
    }
  }
}

function reaperOf(folder: string): readonly number[] {
  const leases = join(folder, "lease");
  if (!existsSync(leases)) return [];
  const newest = readdirSync(leases)
    .filter((name) => /^\d{6}\.json$/.test(name))
    .sort()
    .at(-1);
  return newest === undefined ? [] : alive(join(leases, newest), "holder");
}

/** Returns the processes that would restart the run's reaper. */
function supervisorsOf(folder: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const words = commandOf(pid);
      return (
        words.includes("refbench-supervisor") && words.some((word) => word.endsWith(`/${basename(folder)}`))
      );
    });
}

function commandOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function terraformOf(folder: string): readonly number[] {
  const stacks = join(folder, "terraform");
  if (!existsSync(stacks)) return [];
  return readdirSync(stacks).flatMap((stack) => alive(join(stacks, stack, ".refbench-terraform.json")));
}

interface Identity {
  readonly pid: number;
  readonly startTime: string;
  readonly released?: boolean;
}

/** The process that a file names, if it is still that one. */
function alive(file: string, under?: "holder"): readonly number[] {
  try {
    const written = JSON.parse(readFileSync(file, "utf8")) as Identity & { readonly holder?: Identity };
    const { pid, startTime } = under === undefined ? written : written.holder!;
    return processStart(pid) === startTime ? [pid] : [];
  } catch {
    return [];
  }
}

/** Children and theirs: the load generator, terraform's plugins. Not the emulators, which are the cloud's. */
function descendantsOf(pid: number): readonly number[] {
  const children = readChildren(pid).filter((child) => !isEmulator(child));
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function readChildren(pid: number): readonly number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks.flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function isEmulator(pid: number): boolean {
  return commandOf(pid).some((word) => word.includes("emulator"));
}
