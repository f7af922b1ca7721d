import { mkdir, writeFile } from "node:fs/promises";
import { setPriority } from "node:os";
import { dirname } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { RefbenchError } from "../../harness/tools/error.ts";
import { countBoundaries, fakePoint, fakeSeeds } from "./fake/campaign.ts";
import { inTurns } from "../../harness/tools/time/in-turns.ts";
import type { PointResult } from "./point-result.ts";
import { realPoint, realSeeds } from "./real/point.ts";
import { summarize, summaryText } from "./summary.ts";

/** Most of a fake point is waiting for the disk to have the journal. */
const FAKE_AT_ONCE = 8;
/** A real point is a whole rehearsal. */
const REAL_AT_ONCE = 2;
/** With both kinds, there is one real point for so many fake ones. */
const FAKE_PER_REAL = 25;

const program = new Command("chaos")
  .description(
    "breaks runs, reapers, terraform and the cloud by seed, and holds every verdict to what is left",
  )
  .option("--seed <word>", "what the schedules are derived from", "1")
  .option(
    "--points <n>",
    "points, the undisturbed ones included; with both kinds the fake ones, and one real for each 25",
    whole,
    600,
  )
  .addOption(new Option("--kind <kind>", "where").choices(["fake", "real", "both"]).default("fake"))
  .option("--only <point seed>", "play one point again, and print its details")
  .option(
    "--output <format>",
    "text, or json[:path]; repeatable",
    (one: string, all: string[]) => [...all, one],
    [],
  )
  .addHelpText("after", "\nExit codes: 0 every law held, 1 a law broke, 2 a bad flag.");

interface Flags {
  readonly seed: string;
  readonly points: number;
  readonly kind: "fake" | "real" | "both";
  readonly only?: string;
  readonly output: readonly string[];
}

const { seed, points, kind, only, output } = program.parse().opts<Flags>();
try {
  const played = await play(only === undefined ? seedsOf() : [only]);
  await reportLine(summarize(seed, played));
  if (only !== undefined) process.stderr.write(`${JSON.stringify(played, null, 2)}\n`);
  process.exit(played.some(({ breaches }) => breaches.length > 0) ? 1 : 0);
} catch (error) {
  if (!(error instanceof RefbenchError)) throw error;
  process.stderr.write(`chaos: ${error.message}\n`);
  process.exit(2);
}

function seedsOf(): readonly string[] {
  const real = kind === "real" ? points : Math.ceil(points / FAKE_PER_REAL);
  return [
    ...(kind === "real" ? [] : fakeSeeds(seed, points)),
    ...(kind === "fake" ? [] : realSeeds(seed, real)),
  ];
}

async function play(seeds: readonly string[]): Promise<readonly PointResult[]> {
  const isReal = (one: string): boolean => one.startsWith("real:");
  const fake = await playFake(seeds.filter((one) => !isReal(one)));
  return [...fake, ...(await playReal(seeds.filter(isReal)))];
}

async function playFake(seeds: readonly string[]): Promise<readonly PointResult[]> {
  if (seeds.length === 0) return [];
  const boundaries = await countBoundaries();
  let done = 0;
  return inTurns(seeds, FAKE_AT_ONCE, async (one) => {
    const point = await fakePoint(one, boundaries);
    done += 1;
    if (done % 100 === 0) process.stderr.write(`${done} of ${seeds.length} fake points\n`);
    return point;
  });
}

async function playReal(seeds: readonly string[]): Promise<readonly PointResult[]> {
  // Children inherit it: whoever works on this machine comes first.
  setPriority(0, 5);
  return inTurns(seeds, REAL_AT_ONCE, async (one) => {
    const point = await realPoint(one);
    const broken = point.breaches.map(({ law }) => ` BROKEN ${law}`).join("");
    process.stderr.write(`${one}: ${point.run}, ${point.verdict}/${point.teardown}${broken}\n`);
    return point;
  });
}

async function reportLine(summary: ReturnType<typeof summarize>): Promise<void> {
  for (const wanted of output.length === 0 ? ["text"] : output) {
    const [format, ...rest] = wanted.split(":");
    const path = rest.join(":");
    const text = format === "json" ? `${JSON.stringify(summary, null, 2)}\n` : summaryText(summary);
    if (path === "") {
      process.stdout.write(text);
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("expected a whole number.");
  return value;
}
