/**
 * The cost of the workload's own processes at 10,000, 20,000 and 50,000 mixed connections against the emulator, how
 * flat it is for each connection, and beside a bare `ws` loop; with `--coder <binary>` beside Coder's own utility on a real server instead.
 * Names the machine and how busy it was; three rounds tell the spread.
 */
import { parseArgs } from "node:util";
import { fail, isTextOutput, whole } from "./arguments.ts";
import { besideCoder } from "./load/beside-coder.ts";
import { besideCoderText } from "./load/coder-report.ts";
import { startEmulatorProcess } from "./load/emulator-process.ts";
import { type Floor, floor } from "./load/floor.ts";
import { marginsOf } from "./load/margin.ts";
import { type MixedLoad, mixedLoad } from "./load/mixed-load.ts";
import { observedPairs, observedText } from "./load/observed-load.ts";
import { beside, doubled, flatness, floorLine, loadLine, missedLoadTargets } from "./load/report.ts";
import { someTerminals } from "./load/workspaces.ts";
import { thisMachine, machineLine } from "./machine.ts";

const { values } = parseArgs({
  options: {
    output: { type: "string", default: "text" },
    connections: { type: "string", multiple: true },
    /** Only the cost of observing, at the largest number of connections. */
    observe: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    /** A real `coder` program, server and utility. */
    coder: { type: "string" },
    /** Its builds take the provider from this Terraform mirror, or from the registry. */
    "coder-provider-mirror": { type: "string" },
    /** Workspaces of the real server; by default as many as fit, up to 50. */
    workspaces: { type: "string" },
  },
});
const sizes = (values.connections ?? ["10000", "20000", "50000"]).map((text) => whole("connections", text));
const rounds = whole("rounds", values.rounds);
const isText = isTextOutput(values.output);
await (values.observe ? runObserved() : values.coder === undefined ? run() : runBeside(values.coder));

/** The same load with and without observing, in turns. */
async function runObserved(): Promise<void> {
  say(machineLine());
  const pairs = await observedPairs(sizes[0] ?? 10_000, rounds);
  for (const text of observedText(pairs)) say(text);
  write({ thisMachine, pairs });
}

async function runBeside(binary: string): Promise<void> {
  // An exit in order takes the generator under way with it; server and agents end with this process in any case.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  say(machineLine());
  const measured = await besideCoder(
    {
      ...{ binary, providerMirror: values["coder-provider-mirror"], rounds },
      workspaces: values.workspaces === undefined ? undefined : workspacesOf(values.workspaces),
    },
    (text) => void process.stderr.write(`${text}\n`),
  );
  for (const text of besideCoderText(measured)) say(text);
  write({ thisMachine, besideCoder: { ...measured, margins: marginsOf(measured) } });
}

async function run(): Promise<void> {
  say(machineLine());
  const loads: MixedLoad[][] = [];
  for (const connections of sizes) {
    const measured: MixedLoad[] = [];
    for (let round = 0; round < rounds; round++) {
      // A new server each time, so that none inherits the memory of the one before.
      await using coder = await startEmulatorProcess({ replicas: replicasFor(connections) });
      measured.push(await mixedLoad(coder, connections));
    }
    loads.push(measured);
    say(loadLine(measured));
  }
  for (const text of [...doubled(loads), ...flatness(loads)]) say(text);
  const floors: Floor[] = [];
  // One process cannot open the files of the larger sizes.
  const smallest = loads[0] ?? [];
  {
    await using coder = await startEmulatorProcess();
    const terminals = await someTerminals(coder, 50);
    const connections = sizes[0] ?? 1_000;
    floors.push(
      await floor({
        url: coder.url,
        terminals,
        connections,
        commandsPerSecond: connections / 20,
        holdSeconds: 20,
      }),
    );
  }
  for (const one of floors) say(floorLine(one));
  for (const text of beside(smallest, floors)) say(text);
  for (const text of missedLoadTargets(loads)) say(text);
  write({ thisMachine, loads, floors });
}

/** One emulator process holds 15,000 connections; more replicas have more processes. */
function replicasFor(connections: number): number {
  return connections <= 15_000 ? 1 : Math.ceil(connections / 5_000);
}

function write(result: object): void {
  if (!isText) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}

function say(text: string): void {
  if (isText) process.stdout.write(`${text}\n`);
}

/** A margin lies between a fifth of them and all. */
function workspacesOf(text: string): number {
  const number = whole("workspaces", text);
  return number < 5 ? fail(`--workspaces is ${number}, expected 5 or more`) : number;
}
