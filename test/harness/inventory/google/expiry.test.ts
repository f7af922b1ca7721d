import { ulid } from "ulid";
import { expect, test } from "vitest";
import { tokenAuth } from "../../../../harness/inventory/google/auth.ts";
import {
  checkExpiry,
  expiryProblems,
  kindsWithoutExpiry,
} from "../../../../harness/inventory/google/expiry.ts";
import { KINDS_INSIDE_OTHERS, LISTED_KINDS } from "../../../../harness/inventory/listed-kinds.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { MockGoogle } from "../../../../rehearsal/google-api/mock-google.ts";
import { hardExpiry } from "../../../../stacks/google/hard-expiry.ts";
import { RUN as RUN_ENVIRONMENT } from "../../../stacks/synthesize.ts";
import { LABELS, link, NAME, RUN, signal, ZONE } from "./project.ts";

const EXPIRES = Date.UTC(2026, 10, 22, 12);
const START = "2026-11-22T08:00:00Z";
const FOUR_HOURS = { maxRunDuration: { seconds: "14400" }, instanceTerminationAction: "DELETE" };

function problems(
  scheduling: Record<string, unknown>,
  more: Record<string, unknown> = {},
): readonly string[] {
  const raw = { name: "vm", creationTimestamp: START, scheduling, ...more };
  return expiryProblems([{ name: "vm", raw }], EXPIRES).map(({ problem }) => problem);
}

test.each([
  ["none", {}, "no max_run_duration"],
  [
    "one that stops instead",
    { ...FOUR_HOURS, instanceTerminationAction: "STOP" },
    "is STOP, expected DELETE",
  ],
  ["one without an action", { maxRunDuration: { seconds: "14400" } }, "is missing, expected DELETE"],
  [
    "one that is too late",
    { ...FOUR_HOURS, maxRunDuration: { seconds: "28800" } },
    "it ends at 2026-11-22T16:00:00.000Z",
  ],
  [
    "a time that is too late",
    { terminationTime: "2026-11-23T00:00:00Z", instanceTerminationAction: "DELETE" },
    "it ends at 2026-11-23",
  ],
])("a machine with a wrong hard end is a problem: %s", (_name, scheduling, problem) => {
  expect(problems(scheduling)).toEqual([expect.stringContaining(problem)]);
});

test("a machine that deletes itself by the run's expiry is not a problem", () => {
  expect(problems(FOUR_HOURS)).toEqual([]);
});

test("the stacks' hard end is not a problem, also for a machine that started late in provision", () => {
  const madeAt = Date.parse(START);
  const environment = { ...RUN_ENVIRONMENT, runId: ulid(madeAt).toLowerCase(), expiresAt: EXPIRES / 1_000 };
  const { maxRunDuration, instanceTerminationAction } = hardExpiry(environment) as {
    readonly maxRunDuration: { readonly seconds: number };
    readonly instanceTerminationAction: string;
  };
  const scheduling = {
    maxRunDuration: { seconds: String(maxRunDuration.seconds) },
    instanceTerminationAction,
  };
  const started = new Date(madeAt + 40 * 60_000).toISOString();
  expect(problems(scheduling, { lastStartTimestamp: started })).toEqual([]);
});

test("the end counts from the last start, which a restart moves", () => {
  expect(problems(FOUR_HOURS, { lastStartTimestamp: "2026-11-22T11:00:00Z" })).toHaveLength(1);
});

test("a pool's machine has no separate end: it is described by its pool", () => {
  expect(problems({}, { labels: { "goog-k8s-cluster-name": "c" } })).toEqual([]);
  expect(kindsWithoutExpiry).toHaveProperty("google_container_node_pool");
});

test("every kind listed as without an expiry is a kind that the inventory knows", () => {
  const unknown = Object.keys(kindsWithoutExpiry).filter(
    (kind) => !LISTED_KINDS.has(kind) && !(kind in KINDS_INSIDE_OTHERS),
  );
  expect(unknown).toEqual([]);
});

test("the machines of a run are asked for and judged; a list that fails verifies nothing", async () => {
  await using google = new MockGoogle();
  const options = {
    project: "some-project",
    auth: tokenAuth("t"),
    endpoints: await google.start(),
    clock: fakeClock(),
  };
  const network = link(google.put("global", "networks", { name: `${NAME}-net` }));
  google.put(ZONE, "instances", {
    name: "coder-vm",
    labels: LABELS,
    creationTimestamp: START,
    scheduling: FOUR_HOURS,
  });
  google.put(ZONE, "instances", { name: "unlabelled", networkInterfaces: [{ network }] });
  google.put(ZONE, "instances", { name: "somebodys" });
  const run = { runId: RUN, expiresAtMs: EXPIRES };
  expect(await checkExpiry(options, run, signal)).toMatchObject({
    state: "checked",
    machines: 2,
    problems: [{ name: "unlabelled" }],
  });
  google.project.unreachable = [ZONE];
  expect(await checkExpiry(options, run, signal)).toMatchObject({ state: "failed" });
});
