/**
 * The cost of a start: CPU time of commands that do almost nothing, beside that of Node itself, and the memory of a
 * reaper that waits.
 */
import { readFile } from "node:fs/promises";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { packageFile } from "../reference-architectures/package-file.ts";
import { isTextOutput, whole } from "./arguments.ts";
import { thisMachine, machineLine } from "./machine.ts";

const REFBENCH = packageFile("bin/refbench.js");
/** At most so much CPU time, user and system, of the median start. */
const TARGETS_MS: Readonly<Record<string, number>> = {
  "--version": 150,
  "--help": 150,
  "architectures list": 250,
};
const REAPER_TARGET_MIB = 80;
/** Its heap has settled by then. */
const REAPER_SECONDS = 20;

const { values } = parseArgs({
  options: { output: { type: "string", default: "text" }, rounds: { type: "string", default: "15" } },
});
const rounds = whole("rounds", values.rounds);
const isText = isTextOutput(values.output);

const folder = await mkdtemp(join(tmpdir(), "refbench-bench-"));
try {
  // The first start may compile.
  await cpuMsOf([REFBENCH, "--version"]);
  const node = await medianOf(["-e", "0"]);
  const starts: {
    readonly command: string;
    readonly cpuMs: number;
    readonly ratio: number;
    readonly targetMs: number;
  }[] = [];
  for (const [command, targetMs] of Object.entries(TARGETS_MS)) {
    const cpuMs = await medianOf([REFBENCH, ...command.split(" ")]);
    starts.push({ command: `refbench ${command}`, cpuMs, ratio: cpuMs / node, targetMs });
  }
  const reaper = { ...(await memoryOfReaper()), targetMib: REAPER_TARGET_MIB };
  if (!isText) {
    process.stdout.write(
      `${JSON.stringify({ thisMachine, rounds, nodeCpuMs: node, starts, reaper }, null, 2)}\n`,
    );
  } else {
    const lines = [
      `${machineLine()}; median CPU time of ${rounds} starts each`,
      `${"node -e 0".padEnd(28)}${String(Math.round(node)).padStart(5)} ms`,
      ...starts.map(
        ({ command, cpuMs, ratio, targetMs }) =>
          `${command.padEnd(28)}${String(Math.round(cpuMs)).padStart(5)} ms, ${ratio.toFixed(1)} times node, ${against(cpuMs, targetMs, "ms")}`,
      ),
      `${"a reaper that waits".padEnd(28)}${reaper.mib.toFixed(0).padStart(5)} MiB after ${REAPER_SECONDS} s (highest ${reaper.highestMib.toFixed(0)}), ${against(reaper.highestMib, reaper.targetMib, "MiB")}`,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function against(value: number, target: number, unit: string): string {
  return value <= target ? `at most ${target} ${unit}: met` : `at most ${target} ${unit}: MISSED`;
}

async function medianOf(args: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await cpuMsOf(args));
  times.sort((a, b) => a - b);
  return times[Math.floor(rounds / 2)] ?? 0;
}

/** User and system time of a process of Node and of what it started, milliseconds. */
async function cpuMsOf(args: readonly string[]): Promise<number> {
  // The shell prints what `wait` collected, with three digits.
  const child = spawn(
    "bash",
    ["-c", 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>&1', "bash", process.execPath, ...args],
    {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code ?? "a signal"}`);
  const [user = NaN, system = NaN] = said.trim().split(" ").map(Number);
  return (user + system) * 1_000;
}

/** Resident memory of the reaper of a rehearsal that was planned and never deployed. */
async function memoryOfReaper(): Promise<{ readonly mib: number; readonly highestMib: number }> {
  const plan = spawn(
    process.execPath,
    [REFBENCH, "stage", "preflight", "gke", "--rehearse", "--size", "canary"],
    {
      cwd: folder,
      stdio: "ignore",
    },
  );
  await once(plan, "close");
  const [run = ""] = await readdir(join(folder, ".refbench/runs"));
  const reaper = spawn(process.execPath, [REFBENCH, "reaper", join(folder, ".refbench/runs", run)], {
    cwd: folder,
    stdio: "ignore",
  });
  const ended = once(reaper, "close");
  try {
    await sleep(REAPER_SECONDS * 1_000);
    const status = await readFile(`/proc/${reaper.pid ?? 0}/status`, "utf8");
    const mibOf = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1_024;
    return { mib: mibOf("VmRSS"), highestMib: mibOf("VmHWM") };
  } finally {
    reaper.kill("SIGKILL");
    await ended;
  }
}
