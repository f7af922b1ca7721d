import { getArchitecture } from "../../reference-architectures/catalogue.ts";
import { zoneBeside } from "../../reference-architectures/zones.ts";
import type { RunRecord } from "../model/record/record.ts";
import { EXIT_CODES, VERDICTS, type Verdict } from "../tools/verdict.ts";
import { recordStandingOf, unofficialReasons } from "../results/judge/official.ts";
import type { CommandEnd, RunNightCommand } from "./child-command.ts";
import type { NightRun } from "./night.ts";
import { runLimits } from "./night-time.ts";
import { type FailedOver, type NightRequest, runArguments } from "./request.ts";
import { nameOf, type SizeName } from "./sizes.ts";
import { stockOutOf } from "./stock-out.ts";

export interface MeasureSizePorts {
  readonly command: RunNightCommand;
  /** Where a run is told to write its record. */
  readonly resultFile: (name: string) => string;
  /** The record that a run wrote there; where it wrote none, the newest of the night's runs of that size, if any. */
  readonly findRecord: (file: string, size: SizeName) => Promise<RunRecord | undefined>;
}

export interface Signals {
  readonly stop: AbortSignal;
  readonly leave: AbortSignal;
}

/** One size of a night: its run, and a second one in another zone where the first one's had no machines left. */
export async function measureSize(
  size: SizeName,
  request: NightRequest,
  left: {
    /** USD that it may cost, when its size cost so much already. */
    readonly budgetAfter: (spent: number) => number | undefined;
    /** Why the night has no time for another run, or undefined. */
    readonly timeIsOver: () => string | undefined;
  },
  ports: MeasureSizePorts,
  signals: Signals,
): Promise<readonly Partial<NightRun>[]> {
  const first = await runOnce(
    size,
    request,
    { budget: left.budgetAfter(0), file: nameOf(size).replace("/", "-") },
    ports,
    signals,
  );
  const second = signals.stop.aborted ? undefined : secondTry(size, first.record);
  if (second === undefined) return [first.run];
  const over = left.timeIsOver();
  if (over !== undefined)
    return [{ ...first.run, reason: `${first.run.reason ?? ""}; not tried in ${second.zone}: ${over}` }];
  const budget = left.budgetAfter(first.run.spent ?? 0);
  const again = await runOnce(
    size,
    request,
    { budget, file: `${nameOf(size).replace("/", "-")}-second`, second },
    ports,
    signals,
  );
  return [first.run, { ...(budget === undefined ? {} : { budget }), ...again.run, secondZone: second.zone }];
}

async function runOnce(
  size: SizeName,
  request: NightRequest,
  {
    budget,
    file,
    second,
  }: {
    readonly budget: number | undefined;
    readonly file: string;
    readonly second?: { readonly zone: string; readonly failedOver: FailedOver };
  },
  { command, resultFile, findRecord }: MeasureSizePorts,
  signals: Signals,
): Promise<{ readonly run: Partial<NightRun>; readonly record: RunRecord | undefined }> {
  const result = resultFile(file);
  const args = runArguments(size, request, {
    result,
    budget,
    ...(second === undefined ? {} : { second }),
  });
  const end = await command({ args, ...runLimits(request) }, signals);
  const found = await findRecord(result, size);
  // A second try that was refused left no record, and the newest of its size is the first one's.
  const record = found?.runId === second?.failedOver.runId ? undefined : found;
  return { run: runOf(end, record, request.runTimeMs), record };
}

function secondTry(
  { architecture }: SizeName,
  record: RunRecord | undefined,
): { readonly zone: string; readonly failedOver: FailedOver } | undefined {
  // Only what is torn down for sure is made a second time.
  if (record?.teardown.state !== "clean") return undefined;
  const reason = stockOutOf(record);
  const { cloud, region, zone } = getArchitecture(architecture);
  if (reason === undefined) return undefined;
  return {
    zone: zoneBeside(cloud, region, zone),
    failedOver: { fromZone: zone, runId: record.runId, reason },
  };
}

function runOf(end: CommandEnd, record: RunRecord | undefined, runTimeMs: number): Partial<NightRun> {
  const known = record === undefined || record.verdict === "pending" ? verdictOf(end.code) : record.verdict;
  // Nothing has passed that left no record to say so.
  const isUntold = known === "pass" && record?.verdict !== "pass";
  const verdict = isUntold ? "harness-error" : known;
  const failed = record?.stages.find(({ outcome }) => outcome !== "ok" && outcome !== "skipped");
  const reason = end.timedOut
    ? `stopped after its ${Math.round(runTimeMs / 60_000)} minutes`
    : isUntold
      ? "it ended as a success and left no final record"
      : (record?.reasons[0] ?? end.said.at(-1));
  // Refused before anything was made.
  const isRefused = record === undefined && end.code === EXIT_CODES.usage;
  const spent = isRefused ? 0 : record?.cost?.spent;
  return {
    verdict,
    ...(record === undefined ? {} : { runId: record.runId }),
    ...(failed === undefined ? {} : { stage: failed.stage }),
    ...(verdict === "pass" || reason === undefined ? {} : { reason: oneLine(reason) }),
    ...(record === undefined || recordStandingOf(record) !== "unofficial"
      ? {}
      : { unofficial: [...unofficialReasons(record)] }),
    ...(spent === undefined ? {} : { spent }),
  };
}

/** Terraform's words come in many lines. */
function oneLine(text: string): string {
  return text
    .replace(/^refbench: /, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** The word of an exit code; of one that refbench does not know, as of a process that was killed, a harness error. */
function verdictOf(code: number): Verdict {
  return VERDICTS.find((word) => EXIT_CODES[word] === code) ?? "harness-error";
}
