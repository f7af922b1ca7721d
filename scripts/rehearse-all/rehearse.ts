import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { storedRecord } from "../../harness/model/record/migrate-record.ts";
import { readJson } from "../../harness/tools/files/json-file.ts";
import { openRunFolder } from "../../harness/pipeline/folder/run-folder.ts";
import { missesOf, type RehearsalOutcome } from "./outcome.ts";
import type { RehearsalCase } from "./cases.ts";
import { refbench } from "./refbench.ts";
import { planAgain } from "./second-plan.ts";

const inTwin = z.array(z.object({ kind: z.string(), name: z.string() }));

export interface RehearsalMeans {
  /** Each case has a folder in it, which is removed when the case passes. */
  readonly root: string;
  /** Flags of every run, such as its speeds. */
  readonly flags: readonly string[];
  /** Aborted by Ctrl-C: what was begun is still torn down. */
  readonly stop: AbortSignal;
}

/** Rehearses one case stage by stage, plans it again once it is applied, and tears it down in any case. */
export async function rehearse(
  one: RehearsalCase,
  { root, flags, stop }: RehearsalMeans,
): Promise<RehearsalOutcome> {
  const started = performance.now();
  const cwd = join(root, one.name.replaceAll("/", "-"));
  await mkdir(cwd, { recursive: true });
  const outcome: RehearsalOutcome = { name: one.name, failedStages: [], secondPlan: {}, seconds: 0 };
  const stage = async (name: string, ...args: readonly string[]): Promise<string | undefined> => {
    const { exitCode, stdout } = await refbench(cwd, ["stage", name, ...args], stop);
    if (exitCode !== 0) outcome.failedStages.push({ stage: name, exitCode });
    return exitCode === 0 ? stdout.trim() : undefined;
  };
  const { architecture, size, database, isUsual } = one;
  const figures = isUsual ? [] : ["--set", `database.kind=${database}`];
  const runId = await stage("preflight", architecture, "--rehearse", "--size", size, ...figures, ...flags);
  if (runId !== undefined) {
    try {
      if ((await stage("provision", "--run", runId)) !== undefined) {
        outcome.secondPlan = await planAgain(cwd, runId, stop);
        if ((await stage("bootstrap", "--run", runId)) !== undefined) await stage("load", "--run", runId);
      }
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      await tearDown(cwd, runId, outcome);
    }
  }
  outcome.seconds = Math.round((performance.now() - started) / 1000);
  if (missesOf(outcome).length > 0) return { ...outcome, folder: cwd };
  await rm(cwd, { recursive: true });
  return outcome;
}

/** Not stopped by the first Ctrl-C: it is what that asks for. */
async function tearDown(cwd: string, runId: string, outcome: RehearsalOutcome): Promise<void> {
  const { exitCode } = await refbench(cwd, ["teardown", runId]);
  if (exitCode !== 0) outcome.failedStages.push({ stage: "teardown", exitCode });
  const { record: file } = await openRunFolder(cwd, runId);
  const record = await readJson(file, storedRecord);
  outcome.verdict = record.verdict;
  outcome.teardown = record.teardown.state;
  outcome.resources = Object.values(record.resources).reduce((sum, count) => sum + count, 0);
  if (record.verdict !== "pass" && record.reasons[0] !== undefined) outcome.reason = record.reasons[0];
  const { stdout } = await refbench(cwd, ["twin", "list", "--output", "json"]);
  outcome.left = inTwin.parse(JSON.parse(stdout)).map(({ kind, name }) => `${kind} ${name}`);
}
