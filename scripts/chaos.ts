import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { RefbenchError } from "../harness/model/error.ts";
import { countBoundaries, fakePoint, fakeSeeds } from "./chaos/fake/campaign.ts";
import { inTurns } from "./chaos/in-turns.ts";
import type { PointResult } from "./chaos/point-result.ts";
import { summarize, summaryText } from "./chaos/summary.ts";

/** Most of a fake point is waiting for the disk to have the journal. */
const FAKE_AT_ONCE = 8;

const program = new Command("chaos")
  .description(
    "breaks runs, reapers, terraform and the cloud by seed, and holds every verdict to what is left",
  )
  .option("--seed <word>", "what the schedules are derived from", "1")
  .option("--points <n>", "fake points; the undisturbed ones included", whole, 600)
  .addOption(new Option("--kind <kind>", "where").choices(["fake", "real", "both"]).default("fake"))
  .option("--only <point seed>", "play one point again, and tell all about it")
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

const { seed, points, only, output } = program.parse().opts<Flags>();
try {
  const played = await play(only === undefined ? fakeSeeds(seed, points) : [only]);
  await tell(summarize(seed, played));
  if (only !== undefined) process.stderr.write(`${JSON.stringify(played, null, 2)}\n`);
  process.exit(played.some(({ breaches }) => breaches.length > 0) ? 1 : 0);
} catch (error) {
  if (!(error instanceof RefbenchError)) throw error;
  process.stderr.write(`chaos: ${error.message}\n`);
  process.exit(2);
}

async function play(seeds: readonly string[]): Promise<readonly PointResult[]> {
  const boundaries = await countBoundaries();
  let done = 0;
  return inTurns(seeds, FAKE_AT_ONCE, async (one) => {
    const point = await fakePoint(one, boundaries);
    done += 1;
    if (done % 100 === 0) process.stderr.write(`${done} of ${seeds.length} fake points\n`);
    return point;
  });
}

async function tell(summary: ReturnType<typeof summarize>): Promise<void> {
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
