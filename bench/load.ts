/**
 * What the workload's own process costs at 1,000, 5,000 and 10,000 mixed connections against the emulator, as they
 * double, and beside a bare `ws` loop. Names the machine and how busy it was; three rounds tell the spread.
 */
import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { startEmulatorProcess } from "./load/emulator-process.ts";
import { type Floor, floor } from "./load/floor.ts";
import { type MixedLoad, mixedLoad } from "./load/mixed-load.ts";
import { beside, doubled, floorLine, line, missed } from "./load/report.ts";
import { someTerminals } from "./load/workspaces.ts";

const { values } = parseArgs({
  options: {
    output: { type: "string", default: "text" },
    connections: { type: "string", multiple: true },
    rounds: { type: "string", default: "3" },
  },
});
const sizes = (values.connections ?? ["1000", "5000", "10000"]).map(positive);
const rounds = positive(values.rounds);
const isText = values.output !== "json";
if (isText || values.output === "json") await run();
else fail(`--output is ${JSON.stringify(values.output)}, expected text or json`);

async function run(): Promise<void> {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown processor",
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadAverageBefore: loadavg()[0] ?? 0,
  };
  say(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, node ${machine.node}, load average ${machine.loadAverageBefore.toFixed(1)} before`,
  );
  const loads: MixedLoad[][] = [];
  for (const connections of sizes) {
    const measured: MixedLoad[] = [];
    for (let round = 0; round < rounds; round++) {
      // A server of its own each time, so that none inherits the memory of the one before.
      await using coder = await startEmulatorProcess();
      measured.push(await mixedLoad(coder, connections));
    }
    loads.push(measured);
    say(line(measured));
  }
  for (const text of doubled(loads)) say(text);
  const floors: Floor[] = [];
  const largest = loads.at(-1) ?? [];
  {
    await using coder = await startEmulatorProcess();
    const terminals = await someTerminals(coder, 50);
    const connections = sizes.at(-1) ?? 1_000;
    floors.push(
      await floor({ url: coder.url, terminals, connections, commandsPerSecond: 500, holdSeconds: 20 }),
    );
  }
  for (const one of floors) say(floorLine(one));
  for (const text of beside(largest, floors)) say(text);
  for (const text of missed(loads)) say(text);
  if (!isText) process.stdout.write(`${JSON.stringify({ machine, loads, floors }, null, 2)}\n`);
}

function say(text: string): void {
  if (isText) process.stdout.write(`${text}\n`);
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) fail(`${JSON.stringify(text)} is no whole number above zero`);
  return number;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
