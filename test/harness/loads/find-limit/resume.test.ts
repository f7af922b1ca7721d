import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { LimitWish } from "../../../../harness/loads/find-limit/wish.ts";
import { type LimitInput, reportSoFar } from "../../../../harness/loads/find-limit/report.ts";
import { readEarlierSteps } from "../../../../harness/loads/find-limit/resume.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import type { LimitStep } from "../../../../harness/workload/limit-search/limit.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const folder = mkdtempSync(join(tmpdir(), "refbench-resume-"));
afterAll(() => rmSync(folder, { recursive: true }));

const wish: LimitWish = { kind: "connections", from: 10, upTo: 400, resolution: 10 };

function step(
  load: number,
  outcome: LimitStep["outcome"],
  purpose: LimitStep["purpose"] = "raise",
): LimitStep {
  return { load, purpose, outcome, reasons: outcome === "within" ? [] : ["it broke"], tookMs: 1_000 };
}
const STEPS = [step(10, "within"), step(20, "within"), step(40, "broken")];

interface Differing {
  readonly id?: string;
  readonly version?: string;
  readonly task?: Partial<LoadTask>;
  readonly wish?: LimitWish;
  readonly maxFailures?: number;
}

function groundOf(
  run12: string,
  { id = "id", version = "v2.31.0", task = {}, ...over }: Differing = {},
): LimitInput {
  return {
    runId: `01m81gbh13njza${run12}`,
    task: {
      ...loadTaskFor({ url: "http://127.0.0.1:1", token: `token of ${run12}` }, { prefix: `bench-${run12}` }),
      ...{ command: `echo ran-${run12}`, expectOutput: `ran-${run12}`, ...task },
    },
    look: {
      ...{ url: "http://127.0.0.1:1", id, version, isEmulated: false, caller: "owner", isSiteAdmin: true },
      ...{ workspaces: { total: 0, building: 0 }, runs: [], builds: { replicas: 1, daemons: 2 }, inUse: [] },
    },
    cleanup: "refbench clean",
    maxFailures: undefined,
    wish,
    ...over,
  };
}

function kept(steps: readonly LimitStep[], ground = groundOf("sbgq847qym32")): string {
  const file = join(folder, "limit.json");
  writeFileSync(file, JSON.stringify(reportSoFar({ steps }, ground)));
  return file;
}

test("a search that was cut off reports the largest load within the objectives, the interruption, and how to clean up", () => {
  const report = reportSoFar({ steps: STEPS }, groundOf("sbgq847qym32"));
  expect(report).toMatchObject({
    ...{ limit: 20, isConfirmed: false, ended: "stopped", verdict: "interrupted", exitCode: 61 },
    ...{ teardown: { state: "pending" }, steps: STEPS },
  });
  expect(report.reasons.join()).toContain('delete what it created with "refbench clean"');
});

test("the kept file contains neither the session nor the value of a parameter", () => {
  const parameters = { git_token: "parameter-secret" };
  const ground = groundOf("sbgq847qym32", { task: { parameters } });
  expect(JSON.stringify(reportSoFar({ steps: STEPS }, ground))).not.toMatch(/token of|parameter-secret/);
});

describe("an earlier search", () => {
  const now = (over: Differing = {}) => groundOf("aaaa847qym99", over);

  test("of another run and session continues if its flags were the same, also with more steps and time", async () => {
    const more = now({ wish: { ...wish, maxSteps: 40, maxMs: 3_600_000 } });
    expect(await readEarlierSteps(kept(STEPS), more, folder)).toEqual(STEPS);
    expect(await readEarlierSteps("limit.json", now(), folder)).toEqual(STEPS);
  });

  const found = [
    ...STEPS,
    step(30, "broken", "bisect"),
    step(20, "within", "confirm"),
    step(30, "broken", "above"),
  ];
  test.each<[string, string, readonly LimitStep[], Differing]>([
    ["of another deployment", "measured the deployment id, but this one is other", STEPS, { id: "other" }],
    [
      "of another Coder",
      "measured Coder v2.31.0, but this one is now v2.32.0",
      STEPS,
      { version: "v2.32.0" },
    ],
    ["up to another load", "upTo 400 → 800", STEPS, { wish: { ...wish, upTo: 800 } }],
    ["with other workspaces", "workspaces 4 → 5", STEPS, { task: { workspaces: 5 } }],
    ["with other parameters", 'parameters "', STEPS, { task: { parameters: { disk: "20" } } }],
    ["with other allowances", "maxFailures none → 3", STEPS, { maxFailures: 3 }],
    ["that is at its end", "it has ended", found, {}],
    [
      "that used the steps that a search has",
      "20 steps, but --limit-steps is 20: raise it",
      Array.from({ length: 20 }, (_, index) => step(10 + index, "within")),
      {},
    ],
    [
      "that used its steps",
      "3 steps, but --limit-steps is 3: raise it",
      STEPS,
      { wish: { ...wish, maxSteps: 3 } },
    ],
  ])("%s is refused, with what is wrong", async (_, message, steps, over) => {
    const refused = readEarlierSteps(kept(steps), now(over), folder);
    await expect(refused).rejects.toMatchObject({ code: "usage" });
    await expect(refused).rejects.toThrow(message);
  });

  test("that is not one is refused", async () => {
    writeFileSync(join(folder, "record.json"), "{}");
    for (const file of ["record.json", "nowhere.json"])
      await expect(readEarlierSteps(file, now(), folder)).rejects.toMatchObject({
        code: "usage",
        message: expect.stringContaining("expected the limit.json of an earlier search") as string,
      });
  });
});
