/**
 * Rehearses every architecture in every size on every database: applied, planned again without a change, loaded,
 * destroyed, nothing left. The verdict on a load depends on this machine, so it is only shown.
 */
import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { RefbenchError } from "../harness/tools/error.ts";
import { widthOf } from "../harness/results/output/outputs.ts";
import { rehearsalCases } from "./rehearse-all/cases.ts";
import { missesOf, type RehearsalOutcome } from "./rehearse-all/outcome.ts";
import { rehearse } from "./rehearse-all/rehearse.ts";
import { reportText } from "./rehearse-all/report.ts";

interface Flags {
  readonly only?: string;
  readonly output: "text" | "json";
  readonly speed: string;
  readonly buildSpeed: string;
  readonly tls?: boolean;
}

const { only, output, speed, buildSpeed, tls } = new Command("rehearse-all")
  .description("rehearses every architecture, size and database on the twin, one after the other")
  .option("--only <case>", "of <architecture>/<size>/<database>, or its first words: gke, gke/1200")
  .addOption(new Option("--output <format>", "what stdout gets").choices(["text", "json"]).default("text"))
  .option("--tls", "Coder serves TLS in each")
  .option("--speed <factor>", "compresses the twin's cloud durations", "1000")
  .option("--build-speed <factor>", "compresses the emulator's builds", "20")
  .addHelpText("after", "\nExit codes: 0 every case held, 1 one missed, 2 a bad flag, 130 stopped.")
  .parse()
  .opts<Flags>();

const stop = new AbortController();
process.on("SIGINT", () => {
  if (stop.signal.aborted) process.exit(130);
  process.stderr.write(
    "rehearse-all: stopping; tearing down the current case (Ctrl-C again leaves this to its reaper)\n",
  );
  stop.abort();
});
process.on("SIGTERM", () => stop.abort());

try {
  const cases = rehearsalCases(only);
  const root = await mkdtemp(join(tmpdir(), "refbench-rehearse-all-"));
  const flags = ["--speed", speed, "--build-speed", buildSpeed, ...(tls === true ? ["--tls"] : [])];
  const outcomes: RehearsalOutcome[] = [];
  for (const [index, one] of cases.entries()) {
    if (stop.signal.aborted) break;
    process.stderr.write(`rehearse-all: ${index + 1} of ${cases.length}: ${one.name}\n`);
    outcomes.push(await rehearse(one, { root, flags, stop: stop.signal }));
  }
  // The folder of a failed case remains.
  await rmdir(root).catch(() => undefined);
  process.stdout.write(
    output === "json"
      ? `${JSON.stringify(outcomes, null, 2)}\n`
      : reportText(outcomes, widthOf(process.stdout)),
  );
  const isMissed = outcomes.some((outcome) => missesOf(outcome).length > 0);
  process.exitCode = stop.signal.aborted ? 130 : isMissed ? 1 : 0;
} catch (error) {
  if (!(error instanceof RefbenchError)) throw error;
  process.stderr.write(`rehearse-all: ${error.message}\n`);
  process.exitCode = 2;
}
