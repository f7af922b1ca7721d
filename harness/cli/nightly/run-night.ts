import { messageOf } from "../../model/error.ts";
import type { Clock } from "../../model/clock.ts";
import { EXIT_CODES, type Verdict, worst } from "../../model/verdict.ts";
import type { CommandEnd, NightCommand } from "./child-command.ts";
import { measureSize, type MeasureSizePorts, type Signals } from "./measure-size.ts";
import type { Night, NightRun, NightStep } from "./night.ts";
import { type NightRequest, placeFlags, sweepFlags } from "./request.ts";
import { nameOf, type SizeName } from "./sizes.ts";

/** Besides the sizes: what a night needs of the world. */
export interface NightPorts extends MeasureSizePorts {
  readonly clock: Clock;
  /** Writes the night's file, so that a night that is killed tells of itself. */
  readonly write: (night: Night) => Promise<void>;
  /** Nights that never ended, and which of their runs nobody has torn down yet. */
  readonly unended: () => Promise<readonly { readonly night: Night; readonly living: readonly string[] }[]>;
  /** USD that a run of the size is expected to cost; undefined where it has no price. */
  readonly estimateOf: (size: SizeName) => number | undefined;
  /** Whether the cloud wants to see a clean canary of the architecture first. */
  readonly wantsCanary: (size: SizeName) => Promise<boolean>;
  readonly tell: (line: string) => void;
}

const MINUTE = 60_000;
/** Of everything but a run; a sweep may have to wait for other runs' teardowns. */
const STEP_MS = {
  preflight: 15 * MINUTE,
  sweep: 4 * 60 * MINUTE,
  teardown: 4 * 60 * MINUTE,
  publish: 15 * MINUTE,
};
const STEP_GRACE_MS = 5 * MINUTE;

const STOPPED = { verdict: "interrupted", reason: "the night was stopped before it" } as const;

/** What a run may cost over its estimate before it is stopped. */
const BUDGET_FACTOR = 1.5;

/**
 * One night: what earlier nights left is torn down, everything is asked before anything is made, each size is measured
 * by itself, and whatever happened it is swept, published and summed up.
 */
export async function runNight(request: NightRequest, ports: NightPorts, signals: Signals): Promise<Night> {
  const { clock, tell } = ports;
  const unended = await ports.unended();
  let night: Night = {
    schemaVersion: 1,
    night: request.night,
    simulated: request.rehearse,
    startedAt: new Date(clock.now()).toISOString(),
    ...(request.coderVersion === undefined ? {} : { coderVersion: request.coderVersion.version }),
    ...(request.coderVersion?.channel === undefined ? {} : { coderChannel: request.coderVersion.channel }),
    ...(request.maxCost === undefined ? {} : { maxCost: request.maxCost }),
    steps: [],
    runs: request.sizes.map((size) => ({ ...size, state: "waiting" })),
    unended: unended.map(({ night: { night: id, startedAt, runs } }) => ({ night: id, startedAt, runs })),
  };
  const unwritten: Verdict[] = [];
  // A full disk must not keep a night from its last sweep.
  const keep = async (changes: Partial<Night>): Promise<void> => {
    night = { ...night, ...changes };
    await ports.write(night).catch((error: unknown) => {
      unwritten.push("harness-error");
      tell(`night: its file cannot be written: ${messageOf(error)}`);
    });
  };
  const step = async (name: string, does: () => Promise<Omit<NightStep, "name">>): Promise<void> => {
    tell(`night: ${name}`);
    const told = await does().catch((error: unknown) => ({
      outcome: "failed" as const,
      said: messageOf(error),
    }));
    await keep({ steps: [...night.steps, { name, ...told }] });
    if (told.outcome !== "ok") tell(`night: ${name}: ${told.said}`);
  };
  const command = (args: readonly string[], deadlineMs: number): Promise<CommandEnd> =>
    ports.command({ args, deadlineMs, graceMs: STEP_GRACE_MS } satisfies NightCommand, signals);

  // Where not even this can be written, nothing is begun.
  await ports.write(night);
  for (const { night: earlier, living } of unended) {
    tell(`night: ${earlier.night} of ${earlier.startedAt} never ended`);
    for (const runId of living)
      await step(`teardown ${runId}`, async () =>
        toldOf(await command(["teardown", runId], STEP_MS.teardown), { 0: "ok" }),
      );
    // One whose run still stands is the next night's to end.
    if (living.some((runId) => isFailed(night, `teardown ${runId}`))) continue;
    await ports
      .write({
        ...earlier,
        finishedAt: new Date(clock.now()).toISOString(),
        verdict: "interrupted",
      })
      .catch((error: unknown) => tell(`night: ${earlier.night} cannot be closed: ${messageOf(error)}`));
  }
  const sweep = async (when: string): Promise<void> => {
    for (const flags of sweepFlags(request))
      await step(`sweep ${when}${flags[1] === undefined ? "" : ` ${flags[1]}`}`, async () =>
        toldOf(await command(["sweep", ...flags], STEP_MS.sweep), { 0: "ok", 10: "found" }),
      );
  };
  await sweep("before");
  for (const size of request.sizes) {
    if (signals.stop.aborted) break;
    const { coderVersion } = request;
    const version = coderVersion === undefined ? [] : ["--coder-version", coderVersion.version];
    const args = [
      "preflight",
      size.architecture,
      "--size",
      size.size,
      ...placeFlags(size, request),
      ...version,
      ...(request.licenceFile === undefined ? [] : ["--licence-file", request.licenceFile]),
    ];
    await step(`preflight ${nameOf(size)}`, async () => {
      const end = await command([...args, "--output", "json"], STEP_MS.preflight);
      return end.code === 0
        ? { outcome: "ok", said: "ready" }
        : { outcome: "failed", said: failedChecks(end) };
    });
  }

  for (const size of await withCanaries(request.sizes, ports)) {
    const name = nameOf(size);
    const startedAt = new Date(clock.now()).toISOString();
    const rest = night.runs.filter((run) => run.state !== "waiting" || nameOf(run) !== name);
    const change = async (runs: readonly Partial<NightRun>[], state: NightRun["state"]): Promise<void> => {
      const changed = runs.map((run): NightRun => ({ ...size, state, ...run }));
      await keep({ runs: inOrder([...rest, ...changed], request.sizes) });
    };
    const refusal = refusalOf(size, request, night, ports.estimateOf, signals);
    if (refusal !== undefined) {
      tell(`night: ${name} is skipped: ${refusal.reason ?? ""}`);
      await change([refusal], "skipped");
      continue;
    }
    const budgetAfter = (spent: number): number | undefined =>
      budgetOf(size, request, spentOf(rest) + spent, ports.estimateOf);
    const budget = budgetAfter(0);
    const times = { startedAt, ...(budget === undefined ? {} : { budget }) };
    tell(`night: ${name}`);
    await change([times], "running");
    // A signal that came while this was written is no event any more.
    const runs: readonly Partial<NightRun>[] = signals.stop.aborted
      ? [{ ...STOPPED, spent: 0 }]
      : await measureSize(size, request, budgetAfter, ports, signals).catch((error: unknown) => [
          { verdict: "harness-error" as const, reason: messageOf(error) },
        ]);
    const finishedAt = new Date(clock.now()).toISOString();
    await change(
      runs.map((run) => ({ ...times, finishedAt, ...run })),
      "done",
    );
    tell(`night: ${name}: ${runs.map(({ verdict = "harness-error" }) => verdict).join(", then ")}`);
  }

  if (!signals.leave.aborted) {
    await sweep("after");
    await publish(request, step, command);
  }
  const verdict = worst([
    verdictOf(night),
    ...unwritten,
    ...(signals.leave.aborted ? (["handed-over"] as const) : []),
  ]);
  await keep({ finishedAt: new Date(clock.now()).toISOString(), verdict });
  return night;
}

/** Stores the records and draws table and page from the store. */
async function publish(
  { rehearse, store, site, table }: NightRequest,
  step: (name: string, does: () => Promise<Omit<NightStep, "name">>) => Promise<void>,
  command: (args: readonly string[], deadlineMs: number) => Promise<CommandEnd>,
): Promise<void> {
  const where = [...(rehearse ? ["--rehearsals"] : []), ...(store === undefined ? [] : ["--store", store])];
  const commands: [string, readonly string[]][] = [
    ["import", ["results", "import", ...where]],
    ["publish", ["results", "publish", ...where, "--out", site]],
    ...(table === undefined
      ? []
      : ([["table", ["results", "table", ...where, "--output", `markdown:${table}`]]] satisfies [
          string,
          string[],
        ][])),
  ];
  for (const [name, args] of commands)
    await step(name, async () => toldOf(await command(args, STEP_MS.publish), { 0: "ok" }));
}

/** Each architecture's canary before its first size where the cloud has seen none. */
async function withCanaries(
  sizes: readonly SizeName[],
  { wantsCanary, tell }: Pick<NightPorts, "wantsCanary" | "tell">,
): Promise<readonly SizeName[]> {
  // A bucket that does not answer is that size's own failure: its run is refused, and says why.
  const isWanted = (size: SizeName): Promise<boolean> =>
    wantsCanary(size).catch((error: unknown) => {
      tell(`night: nobody says whether ${nameOf(size)} wants a canary: ${messageOf(error)}`);
      return false;
    });
  const all: SizeName[] = [];
  const isThere = (size: SizeName): boolean => all.some((each) => nameOf(each) === nameOf(size));
  for (const size of sizes) {
    const canary = { architecture: size.architecture, size: "canary" };
    if (!isThere(canary) && (await isWanted(size))) all.push(canary);
    if (!isThere(size)) all.push(size);
  }
  return all;
}

function refusalOf(
  size: SizeName,
  { maxCost }: NightRequest,
  { runs }: Night,
  estimateOf: NightPorts["estimateOf"],
  { stop }: Signals,
): Pick<NightRun, "verdict" | "reason"> | undefined {
  if (stop.aborted) return STOPPED;
  const estimate = estimateOf(size);
  if (maxCost === undefined || estimate === undefined) return undefined;
  const left = maxCost - spentOf(runs);
  if (estimate <= left) return undefined;
  return {
    verdict: "cost-ceiling",
    reason: `it is estimated at $${estimate.toFixed(2)}, and of the night's $${maxCost.toFixed(2)} only $${left.toFixed(2)} are left`,
  };
}

/** A run's own limit: half as much again as expected, and never more than the night has left. */
function budgetOf(
  size: SizeName,
  { maxCost = Infinity, rehearse }: NightRequest,
  spent: number,
  estimateOf: NightPorts["estimateOf"],
): number | undefined {
  // The twin's hours cost nothing, and how many they are is this machine's speed.
  const estimate = rehearse ? undefined : estimateOf(size);
  const budget = Math.min(maxCost - spent, estimate === undefined ? Infinity : estimate * BUDGET_FACTOR);
  return Number.isFinite(budget) ? Math.floor(budget * 100) / 100 : undefined;
}

/** What is not known to have cost less may have cost all it might. */
function spentOf(runs: readonly NightRun[]): number {
  return runs.reduce(
    (sum, { spent, budget = 0, state }) => sum + (spent ?? (state === "done" ? budget : 0)),
    0,
  );
}

function isFailed({ steps }: Night, name: string): boolean {
  return steps.some((step) => step.name === name && step.outcome === "failed");
}

function inOrder(runs: readonly NightRun[], sizes: readonly SizeName[]): NightRun[] {
  const architectures = sizes.map(({ architecture }) => architecture);
  const place = (run: NightRun): number => {
    const at = sizes.findIndex((size) => nameOf(size) === nameOf(run));
    return at === -1 ? architectures.indexOf(run.architecture) - 0.5 : at;
  };
  return runs.toSorted((one, other) => place(one) - place(other));
}

function toldOf(
  { code, said, timedOut }: CommandEnd,
  known: Readonly<Record<number, NightStep["outcome"]>>,
): Omit<NightStep, "name"> {
  const outcome = timedOut ? "failed" : (known[code] ?? "failed");
  const last = (said.at(-1) ?? "").replace(/^refbench: /, "");
  const words = outcome === "ok" ? "" : timedOut ? "took too long" : `exit ${code}`;
  return {
    outcome,
    said: [words, outcome === "ok" ? "" : last].filter((part) => part !== "").join(": ") || "ok",
  };
}

function failedChecks({ stdout, said, code }: CommandEnd): string {
  try {
    const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string; found: string }[] };
    return checks
      .filter(({ state }) => state === "failed")
      .map(({ name, found }) => `${name}: ${found}`)
      .join("; ");
  } catch {
    return `exit ${code}: ${said.at(-1) ?? ""}`;
  }
}

/** The heaviest of everything: a sweep after the audits that found something had something left to find. */
function verdictOf({ runs, steps }: Night): Verdict {
  const ofSteps = steps.map(({ name, outcome }): Verdict => {
    if (outcome === "ok") return "pass";
    if (name.startsWith("sweep after")) return outcome === "found" ? "leaked" : "unverified";
    if (name.startsWith("sweep")) return outcome === "found" ? "pass" : "unverified";
    if (name.startsWith("teardown")) return "leaked";
    // The run that follows says by its own verdict what failed.
    if (name.startsWith("preflight")) return "pass";
    return "harness-error";
  });
  const counting = runs.filter((run) => run.secondZone !== undefined || !hasSecondTry(run, runs));
  return worst([...ofSteps, ...counting.map(({ verdict = "interrupted" }) => verdict)]);
}

function hasSecondTry(run: NightRun, runs: readonly NightRun[]): boolean {
  return runs.some((other) => other.secondZone !== undefined && nameOf(other) === nameOf(run));
}

/** The exit code that a night ends with, and with what came after it. */
export function exitCodeOfNight({ verdict = "interrupted" }: Night, after: Verdict = "pass"): number {
  return EXIT_CODES[worst([verdict, after])];
}
