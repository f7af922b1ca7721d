import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { TwinItem } from "./item.ts";
import { endProcess, identityOf, isAlive } from "../../harness/tools/process/local-process.ts";
import type { LocalProcess } from "../../harness/tools/process/local-process.ts";

/** In the environment of every process behind an item, and of whatever that starts: it outlives each file. */
const VARIABLE = "REFBENCH_TWIN_PROCESS";
const IN_TEXT = new RegExp(String.raw`(?:^|\s)${VARIABLE}=(\S+)`);

/** The kind of a process whose item does not exist. */
export const LOST_PROCESS = "twin_process";

/** A process that is starting another is found with it at the next look. */
const LOOKS = 20;
const END_MS = 500;

/** The purpose of a process of a twin. */
interface Mark {
  readonly root: string;
  /** Key of the item behind which it runs. */
  readonly item: string;
  readonly runId: string | undefined;
  /** When that item was made. */
  readonly createdAt: string;
}

/** A living process of a twin. */
export type MarkedProcess = Mark & { readonly process: LocalProcess };

/** The variable that marks a process as the item's. Without spaces: `ps` shows the environment as words. */
export function processMark(
  root: string,
  { key, createdAt }: Pick<TwinItem, "key" | "createdAt">,
  runId?: string,
): Readonly<Record<string, string>> {
  const mark = { root: canonical(root), item: key, createdAt, ...(runId !== undefined && { runId }) };
  return { [VARIABLE]: new URLSearchParams(mark).toString() };
}

/** This process's own mark, for what it starts. */
export function ownMark(): Readonly<Record<string, string>> {
  const value = process.env[VARIABLE];
  return value === undefined ? {} : { [VARIABLE]: value };
}

/** Returns the living processes of a twin, without this one. Throws when the system cannot be asked. */
export function processesOfTwin(root: string): readonly MarkedProcess[] {
  const wanted = canonical(root);
  return marks().flatMap(({ pid, value }) => {
    const mark = parseMark(value);
    if (pid === process.pid || mark?.root !== wanted) return [];
    const identity = identityOf(pid);
    return isAlive(identity) ? [{ ...mark, process: identity }] : [];
  });
}

/** The living processes behind an item. */
export function processesBehind(root: string, key: string): readonly LocalProcess[] {
  return processesOfTwin(root)
    .filter(({ item }) => item === key)
    .map((marked) => marked.process);
}

/**
 * Returns the processes whose item does not exist, as separate items. Nothing else would end them. List the processes
 * before the items: an item is created before its processes.
 */
export function lostProcesses(
  processes: readonly MarkedProcess[],
  items: readonly Pick<TwinItem, "key">[],
): TwinItem[] {
  const keys = new Set(items.map(({ key }) => key));
  return processes
    .filter(({ item }) => !keys.has(item))
    .map(({ item, runId, createdAt, process }) => ({
      key: lostKey(process),
      kind: LOST_PROCESS,
      name: `${process.pid}`,
      scope: item,
      labels: {},
      status: "ready",
      createdAt,
      origin: "terraform",
      uses: [],
      ...(runId !== undefined && { runId }),
      process,
    }));
}

/** Ends a process that `lostProcesses` listed; false when it has ended since. */
export async function endLostProcess(root: string, key: string): Promise<boolean> {
  const found = processesOfTwin(root).find((marked) => lostKey(marked.process) === key);
  if (found === undefined) return false;
  await endProcess(found.process, { graceMs: 2_000 });
  return true;
}

function lostKey({ pid, startTime }: LocalProcess): string {
  return `${LOST_PROCESS}--${pid}-${startTime.replaceAll(/\W+/g, "_")}`;
}

/**
 * Ends all processes of an item at once, as its delete does. This includes processes with separate sessions, and
 * processes whose server ended long ago. Each is known by its environment and killed by its own id.
 */
export async function endProcessesBehind(root: string, keys: ReadonlySet<string>): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const processes = processesOfTwin(root).filter(({ item }) => keys.has(item));
    if (processes.length === 0) return;
    for (const { process: one } of processes) kill(one.pid);
    for (let waited = 0; processes.some((one) => isAlive(one.process)) && waited < END_MS; waited += 5)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Ends what this process's item has besides this process. */
export async function endOthersOfOwnItem(): Promise<void> {
  const mark = parseMark(process.env[VARIABLE] ?? "");
  if (mark !== undefined) await endProcessesBehind(mark.root, new Set([mark.item]));
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

function parseMark(value: string): Mark | undefined {
  const of = new URLSearchParams(value);
  const [root, item, createdAt] = [of.get("root"), of.get("item"), of.get("createdAt")];
  if (root === null || item === null || createdAt === null) return undefined;
  return { root, item, createdAt, runId: of.get("runId") ?? undefined };
}

/** Returns one name for one folder, also when the folder no longer exists. */
function canonical(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return resolve(root);
  }
}

interface FoundMark {
  readonly pid: number;
  readonly value: string;
}

function marks(): FoundMark[] {
  return process.platform === "linux" ? marksOnLinux() : marksElsewhere();
}

function marksOnLinux(): FoundMark[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const variable = environmentOf(pid).find((one) => one.startsWith(`${VARIABLE}=`));
      return variable === undefined ? [] : [{ pid: Number(pid), value: variable.slice(VARIABLE.length + 1) }];
    });
}

/**
 * Throws when this process cannot read, as when it has run out of file descriptors: that does not mean a missing mark.
 */
function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch (error) {
    // It belongs to another user, or has ended.
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return [];
    throw error;
  }
}

/** `ps` shows the environment behind the arguments, to its owner. */
function marksElsewhere(): FoundMark[] {
  return execFileSync("ps", ["-axww", "-E", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 1 << 26 })
    .split("\n")
    .flatMap((line) => {
      const value = IN_TEXT.exec(line)?.[1];
      return value === undefined ? [] : [{ pid: Number.parseInt(line, 10), value }];
    });
}
