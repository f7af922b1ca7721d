import { Command, InvalidArgumentError } from "commander";
import { fuzz, type TargetResult } from "./fuzz/campaign.ts";
import { startHangWatch } from "./fuzz/hang-watch.ts";
import { fuzzText } from "./fuzz/summary.ts";
import { TARGETS } from "./fuzz/targets.ts";

/** A case that takes longer hangs: the slowest takes some 50 ms here. */
const HANG_MS = 20_000;

const program = new Command("fuzz")
  .description(
    "feeds broken input to everything that refbench reads, and holds it to the laws of scripts/fuzz/laws.ts",
  )
  .option("--seconds <n>", "for all targets together", whole, 60)
  .option("--cases <n>", "cases of each target instead of a time", whole)
  .option("--seed <n>", "what the cases are derived from; the same one makes the same cases", whole, 1)
  .option("--only <text>", "targets whose name has this text")
  .option("--path <path>", "with --only and --seed: one case, as a finding names it")
  .addHelpText("after", "\nExit codes: 0 no finding, 1 a finding, 2 a bad flag.");

interface Flags {
  readonly seconds: number;
  readonly cases?: number;
  readonly seed: number;
  readonly only?: string;
  readonly path?: string;
}

const { seconds, cases, seed, only = "", path } = program.parse().opts<Flags>();
const targets = TARGETS.filter(({ name }) => name.includes(only));
if (targets.length === 0) {
  process.stderr.write(`fuzz: no target has "${only}" in its name; there are:\n`);
  for (const { name } of TARGETS) process.stderr.write(`  ${name}\n`);
  process.exit(2);
}
const watch = startHangWatch(HANG_MS);
const results: TargetResult[] = [];
const endMs = performance.now() + seconds * 1000;
for (const [index, target] of targets.entries()) {
  // The other targets use the time that this one did not need.
  const ms = Math.max(1, (endMs - performance.now()) / (targets.length - index));
  results.push(
    await fuzz(target, {
      seed,
      onCase: watch.onCase,
      ...(cases === undefined ? { ms } : { cases }),
      ...(path === undefined ? {} : { path }),
    }),
  );
}
await watch.stop();
process.stdout.write(fuzzText(seed, results));
process.exit(results.some(({ finding }) => finding !== undefined) ? 1 : 0);

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("expected a whole number.");
  return value;
}
