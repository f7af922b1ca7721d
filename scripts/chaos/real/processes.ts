import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { processStart } from "../../../harness/model/process-start.ts";
import type { Target } from "./schedule.ts";

/** The processes of a run that live, as its own folder tells them: what is struck is surely ours. */
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
      const heads = [...command, ...reaper, ...terraform];
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
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("emulator");
  } catch {
    return false;
  }
}
