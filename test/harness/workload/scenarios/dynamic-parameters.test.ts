import { expect, test } from "vitest";
import type { LoadResult, Phase } from "../../../../harness/model/record/worker-result.ts";
import { selfAudit } from "../../../../harness/results/self-audit/self-audit.ts";
import { type CoderOptions, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";
import { recordOfResult } from "../../../support/results/record-of-result.ts";

/** Ten forms of the emulator's template, opened by the caller. */
async function openForms(options: CoderOptions = {}, task: Parameters<typeof loadTaskFor>[1] = {}) {
  await using coder = await startEmulatedCoder(options);
  const load = loadTaskFor(coder, {
    ...{ scenario: "dynamic-parameters", dynamicParameters: { concurrentEvaluations: 10 } },
    ...{ login: "host", users: 1, workspaces: 0, parameters: {} },
    ...task,
    connections: { total: 0, sshShare: 0 },
  });
  const startedMs = Date.now();
  const { result } = await runLoadHere(load);
  const broken = selfAudit(await recordOfResult(load, result, { startedMs }));
  return { result, broken, left: [...coder.usersLeft(), ...coder.workspacesLeft(), ...coder.tokensLeft()] };
}

function counted(result: LoadResult, phase: Phase) {
  const found = result.histograms.find((one) => one.phase === phase && one.basis === "raw");
  return found && { count: found.count, failed: found.failed ?? 0 };
}

const INITIAL = "dynamic-parameters-initial";
const CHANGE = "dynamic-parameters-change";

test.each([
  ["the caller", {}],
  ["three users, who then go", { login: "mint", users: 3 } as const],
])("every form is opened and changed by %s, and each answer is counted", async (_who, task) => {
  const { result, broken, left } = await openForms({}, task);
  expect(result.failures).toEqual([]);
  expect(counted(result, INITIAL)).toEqual({ count: 10, failed: 0 });
  expect(counted(result, CHANGE)).toEqual({ count: 10, failed: 0 });
  expect(broken).toEqual([]);
  expect(left).toEqual([]);
});

type Answer = Readonly<Record<string, unknown>>;
const ERROR = { severity: "error", summary: "no", detail: "because", extra: { code: "" } };
const withId = (id: number, answer: Answer, more: object) =>
  answer["id"] === id ? { ...answer, ...more } : answer;

test.each<[string, Phase, NonNullable<CoderOptions["form"]>, string, RegExp]>([
  [
    "without the parameter",
    INITIAL,
    (answer) => withId(-1, answer, { parameters: [] }),
    "wrong-output",
    /does not have/,
  ],
  [
    "with an error",
    INITIAL,
    (answer) => withId(-1, answer, { diagnostics: [ERROR] }),
    "wrong-output",
    /no because/,
  ],
  ["that is not Coder's", INITIAL, () => ({ parameters: [] }), "wrong-output", /other fields/],
  ["that never comes", INITIAL, () => undefined, "connect-timeout", /within 300 ms/],
  ["to another change", CHANGE, (answer) => withId(1, answer, { id: 7 }), "wrong-output", /answered 7/],
  [
    "with an error",
    CHANGE,
    (answer) => withId(1, answer, { diagnostics: [ERROR] }),
    "wrong-output",
    /no because/,
  ],
  [
    "that never comes",
    CHANGE,
    (answer) => (answer["id"] === 1 ? undefined : answer),
    "command-timeout",
    /300 ms/,
  ],
  [
    "with the value of before",
    CHANGE,
    (answer) =>
      withId(1, answer, { parameters: [{ name: "home_disk_size", value: { value: "10", valid: true } }] }),
    "wrong-output",
    /was changed to "0", and came back as "10"/,
  ],
])("an answer %s is a failure of its phase (%s)", async (_what, phase, form, failure, words) => {
  const isSilent = words.source.includes("300 ms");
  const { result, broken } = await openForms(
    { form },
    isSilent ? { timeouts: phase === INITIAL ? { connectMs: 300 } : { commandMs: 300 } } : {},
  );
  expect(result.failures).toEqual([
    expect.objectContaining({ class: failure, phase, count: 10, example: expect.stringMatching(words) }),
  ]);
  expect(counted(result, phase)).toEqual({ count: 10, failed: 10 });
  expect(broken).toEqual([]);
});

test("a form that no user could open is missing, not left out", async () => {
  const { result } = await openForms(
    { faults: { refuseUser: ["bench-t-0", "bench-t-1"] } },
    { login: "mint", users: 2 },
  );
  expect(counted(result, INITIAL)).toEqual({ count: 10, failed: 10 });
});

test.each<[string, CoderOptions, RegExp]>([
  [
    "a Coder that is too old",
    { version: "2.23.4" },
    /this Coder v2\.23\.4 has no dynamic parameters, expected 2\.24/,
  ],
  [
    "a template without parameters",
    { template: "" },
    /no parameter of template kubernetes can be changed \(it has none\)/,
  ],
])("%s is refused before anything is created", async (_what, options, words) => {
  await expect(openForms(options, { login: "mint", users: 3 })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(words),
  });
});

test("a template whose import failed is refused for that, not for its parameters", async () => {
  const failed: CoderOptions["answers"] = [
    {
      call: /^GET \/templateversions\/[^/]+$/,
      play: async (_, ask) => {
        const reply = await ask();
        const { job, ...version } = reply?.json as { job: object };
        return (
          reply && { ...reply, json: { ...version, job: { ...job, status: "failed", error: "no provider" } } }
        );
      },
    },
  ];
  await expect(openForms({ template: "", answers: failed })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("no provider"),
  });
});

test("a stop ends forms that wait for an answer, and none of them has failed", async () => {
  await using coder = await startEmulatedCoder({ form: () => undefined });
  const stop = new AbortController();
  const task = loadTaskFor(coder, {
    ...{ scenario: "dynamic-parameters", dynamicParameters: { concurrentEvaluations: 10 } },
    ...{ login: "host", users: 1, workspaces: 0, parameters: {}, connections: { total: 0 } },
  });
  const { result } = await runLoadHere(task, {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "progress" && event.progress.activity === "opening forms") stop.abort();
    },
  });
  expect(result).toMatchObject({ stopped: true, failures: [] });
  expect(counted(result, INITIAL)).toBeUndefined();
});
