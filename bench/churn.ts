/**
 * A long load against the emulator, through a proxy that resets some connections and twice goes away as a Coder that
 * restarts: what each period came to, and whether the memory of the generator and of the emulator stays flat after the
 * first period. Exit code 1 where something is missing at the end, or memory grew by more than 5 %. Part of the release
 * check, with its 30 minutes.
 */
import { parseArgs } from "node:util";
import type { ChurnResult } from "../harness/model/record/worker-result.ts";
import type { WorkerEvent } from "../harness/model/ports/worker.ts";
import { programSource } from "../harness/model/programs.ts";
import { LEAN_NODE } from "../harness/workload/worker-process/lean-process.ts";
import { localWorkerRunner } from "../harness/workload/worker-process/local-runner.ts";
import { churnGrid, churnLines } from "../harness/results/output/churn-table.ts";
import { drawGrid } from "../harness/results/table/grid.ts";
import { median } from "../harness/tools/median.ts";
import { bundle } from "../rehearsal/bundle.ts";
import { startFaultProxy } from "../test/support/network/fault-proxy.ts";
import { fail, isTextOutput, whole } from "./arguments.ts";
import { startEmulatorProcess } from "./load/emulator-process.ts";
import { mixedTask } from "./load/mixed-load.ts";
import { readMemory } from "./load/process-usage.ts";
import { machineLine, thisMachine } from "./machine.ts";

/** How much memory may grow from the second period to the last. */
const FLAT = 0.05;
const PERIODS = 6;
const AWAY_MS = 15_000;
/** The share of new terminals that are reset after so many bytes of output. */
const RESETS = { share: 0.02, afterBytes: 1_000 };
const WIDTH = 120;
const SAMPLE_MS = 5_000;

const { values } = parseArgs({
  options: {
    output: { type: "string", default: "text" },
    minutes: { type: "string", default: "30" },
    connections: { type: "string", default: "200" },
    workspaces: { type: "string", default: "20" },
  },
});
const minutes = whole("minutes", values.minutes);
const connections = whole("connections", values.connections);
const workspaces = whole("workspaces", values.workspaces);
const isText = isTextOutput(values.output);
if (minutes < 3) fail(`--minutes is ${minutes}, expected 3 or more: a period must carry a median`);

await using coder = await startEmulatorProcess({ buildSpeed: 30 });
await using proxy = await startFaultProxy({
  target: coder.url,
  rules: [{ match: /\/pty\?/, share: RESETS.share, fault: { kind: "reset", afterBytes: RESETS.afterBytes } }],
});
const forMs = minutes * 60_000;
const base = mixedTask({ url: proxy.url, token: coder.token }, { connections, workspaces });
const command = [process.execPath, ...LEAN_NODE, await bundle(programSource("worker"))] as const;
const timers: NodeJS.Timeout[] = [];
/** Resident memory of the emulator, MiB, and when, in milliseconds since the churn began. */
const samples: { readonly atMs: number; readonly mib: number }[] = [];
let startMs: number | undefined;
if (isText) process.stdout.write(`${machineLine()}\n`);
const { churn, stopped, failures } = await localWorkerRunner({ command }).load(
  {
    ...base,
    scenario: "churn",
    connections: { ...base.connections, total: 0, holdMs: 0, commandsPerSecond: 0 },
    churn: {
      ...{ forMs, periodMs: Math.floor(forMs / PERIODS), connections, opensPerSecond: 50 },
      ...{ restartsPerHour: 240, replacementsPerHour: 120, dropsPerHour: 3_600 },
      commandsPerSecond: connections / 10,
    },
  },
  { signal: new AbortController().signal, onEvent: watch },
);
for (const timer of timers) clearTimeout(timer);
if (churn === undefined) fail("the load ended before its first period");
const problems = report(churn, growth(churn.periods.map(emulatorMib)));
process.exitCode = problems.length === 0 ? 0 : 1;

/** Once the churn begins, samples the emulator and lets Coder restart after a third and two thirds of the time. */
function watch(event: WorkerEvent): void {
  if (event.type === "note") process.stderr.write(`${event.message}\n`);
  if (startMs !== undefined || event.type !== "progress") return;
  if (!event.progress.activity.startsWith("workspaces and connections")) return;
  const began = performance.now();
  startMs = began;
  for (const part of [1, 2]) timers.push(setTimeout(() => proxy.restart(AWAY_MS), (forMs * part) / 3));
  const sample = (): void =>
    void samples.push({ atMs: performance.now() - began, mib: readMemory(coder.pid).rssMib });
  timers.push(setInterval(sample, SAMPLE_MS));
}

/** The median of the emulator's memory in one period. */
function emulatorMib(period: Pick<ChurnResult["periods"][number], "startMs" | "endMs">): number {
  const within = samples.filter(({ atMs }) => atMs >= period.startMs && atMs < period.endMs);
  return median(within.map(({ mib }) => mib));
}

/** From the second period to the last; the first one is the warm-up. */
function growth(mib: readonly number[]): number {
  return (mib.at(-1) ?? 0) / (mib[1] ?? 1) - 1;
}

/** Prints the figures and what was missed, which it returns. */
function report(of: ChurnResult, emulatorGrowth: number): string[] {
  const missed = [
    ...(stopped ? ["the load was stopped"] : []),
    ...(of.openAtEnd < of.places ? [`${of.places - of.openAtEnd} connections are missing at the end`] : []),
    ...(of.readyAtEnd < of.workspaces
      ? [`${of.workspaces - of.readyAtEnd} workspaces are not ready at the end`]
      : []),
    ...Object.entries({ generator: of.workerGrowth ?? 0, emulator: emulatorGrowth })
      .filter(([, grown]) => grown > FLAT)
      .map(
        ([name, grown]) =>
          `memory of the ${name} grew by ${(grown * 100).toFixed(1)} %, at most ${FLAT * 100} %`,
      ),
  ];
  if (!isText) {
    process.stdout.write(
      `${JSON.stringify({ thisMachine, churn: of, emulatorGrowth, failures, missed }, null, 2)}\n`,
    );
    return missed;
  }
  const grid = churnGrid({ churn: of });
  const lines = [
    ...(grid === undefined ? [] : [drawGrid(grid, WIDTH)]),
    ...churnLines({ churn: of }),
    `memory of the emulator: ${of.periods.map((period) => emulatorMib(period).toFixed(0)).join(", ")} MiB by period, ${(emulatorGrowth * 100).toFixed(1)} % from the second to the last`,
    ...failures.map(
      ({ class: failureClass, phase, count, example }) =>
        `${failureClass} in ${phase}: ${count}, such as ${example}`,
    ),
    ...missed.map((what) => `target missed: ${what}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return missed;
}
