import { getArchitecture } from "../../reference-architectures/catalogue.ts";
import { zoneBeside } from "../../reference-architectures/zones.ts";
import type { RunRecord } from "../model/record/record.ts";
import { EXIT_CODES, VERDICTS, type Verdict } from "../tools/verdict.ts";
import { recordStandingOf, unofficialReasons } from "../results/judge/official.ts";
import type { CommandEnd, RunNightCommand } from "./child-command.ts";
import type { NightRun } from "./night.ts";
import { runLimits } from "./night-time.ts";
import { type FailedOver, type NightRequest, runArguments } from "./request.ts";
import { formatSize, type SizeName } from "./sizes.ts";
import { findStockOut } from "./stock-out.ts";

export interface MeasureSizePorts {
  readonly command: RunNightCommand;
  /** The file for the record of a run. */
  readonly resultFile: (name: string) => string;
  /** The record that a run wrote to the file, else that of the night's newest run of this size, if any. */
  readonly findRecord: (file: string, size: SizeName) => Promise<RunRecord | undefined>;
}

export interface Signals {
  readonly stop: AbortSignal;
  readonly leave: AbortSignal;
}

/** Measures one size: one run, and a second in another zone if the first zone had no machines left. */
export async function measureSize(
  size: SizeName,
  request: NightRequest,
  left: {
    /** The limit in USD for a run of this size after its earlier try cost this much. */
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
    { budget: left.budgetAfter(0), file: formatSize(size).replace("/", "-") },
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
    { budget, file: `${formatSize(size).replace("/", "-")}-second`, second },
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
  // A second try that was refused has no record, so the newest of its size is that of the first try.
  const record = found?.runId === second?.failedOver.runId ? undefined : found;
  return { run: summarizeRun(end, record, request.runTimeMs), record };
}

function secondTry(
  { architecture }: SizeName,
  record: RunRecord | undefined,
): { readonly zone: string; readonly failedOver: FailedOver } | undefined {
  // A second try starts only if the first is known to be torn down.
  if (record?.teardown.state !== "clean") return undefined;
  const reason = findStockOut(record);
  const { cloud, region, zone } = getArchitecture(architecture);
  if (reason === undefined || cloud === "kubernetes") return undefined;
  return {
    zone: zoneBeside(cloud, region, zone),
    failedOver: { fromZone: zone, runId: record.runId, reason },
  };
}

function summarizeRun(end: CommandEnd, record: RunRecord | undefined, runTimeMs: number): Partial<NightRun> {
  const known = record === undefined || record.verdict === "pending" ? findVerdict(end.code) : record.verdict;
  // A run without a final record has not passed, whatever its exit code.
  const isUnproven = known === "pass" && record?.verdict !== "pass";
  const verdict = isUnproven ? "harness-error" : known;
  const failed = record?.stages.find(({ outcome }) => outcome !== "ok" && outcome !== "skipped");
  const reason = end.timedOut
    ? `stopped after its ${Math.round(runTimeMs / 60_000)} minutes`
    : isUnproven
      ? "it ended with success but left no final record"
      : (record?.reasons[0] ?? end.said.at(-1));
  // It was refused before anything was created.
  const isRefused = record === undefined && end.code === EXIT_CODES.usage;
  const spent = isRefused ? 0 : record?.cost?.spent;
  return {
    verdict,
    ...(record === undefined ? {} : { runId: record.runId }),
    ...(failed === undefined ? {} : { stage: failed.stage }),
    ...(verdict === "pass" || reason === undefined ? {} : { reason: joinLines(reason) }),
    ...(record === undefined || recordStandingOf(record) !== "unofficial"
      ? {}
      : { unofficial: [...unofficialReasons(record)] }),
    ...(spent === undefined ? {} : { spent }),
  };
}

/** Joins the lines of a message, such as one of Terraform. */
function joinLines(text: string): string {
  return text
    .replace(/^refbench: /, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** The verdict of an exit code; `harness-error` for an unknown one, such as that of a killed process. */
function findVerdict(code: number): Verdict {
  return VERDICTS.find((word) => EXIT_CODES[word] === code) ?? "harness-error";
}
