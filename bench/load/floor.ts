import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { readLines } from "../../harness/tools/files/lines.ts";
import { bundle } from "../../rehearsal/bundle.ts";
import { ProcessUsage } from "./process-usage.ts";

const LOOP = join(import.meta.dirname, "floor-loop.ts");

/** The cost of the simplest client: a bare `ws` loop over as many terminals, without verifying or measuring. */
export interface Floor {
  readonly connections: number;
  readonly failures: number;
  readonly holdMib: number;
  readonly cpuMsPerOpen: number;
  readonly holdCpuShare: number;
  readonly cpuMsPerCommand: number;
}

/** The loop's task, on its standard input. */
export interface FloorTask {
  readonly url: string;
  readonly terminals: readonly { readonly token: string; readonly agentId: string }[];
  readonly connections: number;
  readonly commandsPerSecond: number;
  readonly holdSeconds: number;
  /** Commands of so many bytes, with the terminals' echo off. @default short ones, echoed */
  readonly trafficBytes?: number;
}

/** Runs the bare loop in a separate process and measures it. */
export async function floor(task: FloorTask): Promise<Floor> {
  const child = spawn(process.execPath, [await bundle(LOOP)], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(task));
  const usage = new ProcessUsage(child.pid ?? 0);
  let failures = 0;
  for await (const line of readLines(child.stdout as AsyncIterable<Buffer>)) {
    if (line.startsWith("failures ")) failures = Number(line.slice(9));
    else usage.now(line);
  }
  if (child.exitCode === null) await once(child, "close");
  usage.stop();
  const [ramp, hold] = [usage.of("connecting"), usage.of("holding")];
  return {
    connections: task.connections,
    failures,
    holdMib: hold.rssMib,
    cpuMsPerOpen: (ramp.cpuSeconds * 1000) / task.connections,
    holdCpuShare: hold.cpuSeconds / hold.seconds,
    cpuMsPerCommand: (hold.cpuSeconds * 1000) / (task.commandsPerSecond * hold.seconds),
  };
}
