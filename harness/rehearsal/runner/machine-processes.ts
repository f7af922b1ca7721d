import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { identityOf, isAlive } from "../inventory/process-identity.ts";
import type { ProcessIdentity } from "../inventory/process-identity.ts";

/** In the environment of every process of a machine, and so of whatever that starts: the machine's border. */
const MARK = "REFBENCH_TWIN_MACHINE";

/** A process that is starting another is found with it at the next look. */
const LOOKS = 20;
const END_MS = 500;

/** What makes a process one of the machine with that folder. */
export function markOf(folder: string): Readonly<Record<string, string>> {
  return { [MARK]: folder };
}

/**
 * Ends all processes of a machine at once, as its delete does: those too that made sessions of their own, and those
 * whose server is long gone. Each is known by its environment and killed by its own id.
 */
export async function endProcessesOf(folder: string): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const processes = processesOf(folder);
    if (processes.length === 0) return;
    for (const { pid } of processes) kill(pid);
    const deadline = Date.now() + END_MS;
    while (processes.some(isAlive) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** The living processes of a machine. */
export function processesOf(folder: string): readonly ProcessIdentity[] {
  const mark = `${MARK}=${folder}`;
  const marked = process.platform === "linux" ? markedOnLinux(mark) : markedElsewhere(mark);
  return marked.map(identityOf).filter(isAlive);
}

function markedOnLinux(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark);
      } catch {
        // Another user's, or gone by now.
        return false;
      }
    })
    .map(Number);
}

/** `ps` shows the environment behind the arguments, to its owner. */
function markedElsewhere(mark: string): number[] {
  return execFileSync("ps", ["-axww", "-E", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 1 << 26 })
    .split("\n")
    .filter((line) => `${line} `.includes(`${mark} `))
    .map((line) => Number.parseInt(line, 10));
}
