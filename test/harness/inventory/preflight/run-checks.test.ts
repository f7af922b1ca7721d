import { expect, test } from "vitest";
import {
  type Check,
  type CheckName,
  failedCheck,
  passed,
} from "../../../../harness/inventory/preflight/check.ts";
import type { PreflightContext } from "../../../../harness/inventory/preflight/context.ts";
import { runChecks } from "../../../../harness/inventory/preflight/run-checks.ts";

const signal = new AbortController().signal;
const context = {} as PreflightContext;

function check(
  name: CheckName,
  run: Check<PreflightContext>["run"],
  after: readonly CheckName[] = [],
): Check<PreflightContext> {
  return { name, fix: () => `mend ${name}`, after, run };
}

test("a failure does not keep the others from being asked", async () => {
  const checks = [
    check("apis", () => Promise.resolve(failedCheck("off"))),
    check("quota", () => Promise.resolve(failedCheck("short", "ask for more"))),
    check("licence", () => Promise.resolve(passed("premium"))),
  ];
  expect(await runChecks(checks, context, signal)).toEqual([
    { name: "apis", state: "failed", found: "off", fix: "mend apis" },
    { name: "quota", state: "failed", found: "short", fix: "ask for more" },
    { name: "licence", state: "ok", found: "premium" },
  ]);
});

test("a check that breaks is unknown, and so is one that needs a failed one", async () => {
  const checks = [
    check("identity", () => Promise.resolve(failedCheck("nobody"))),
    check("quota", () => Promise.resolve(passed("never asked")), ["identity"]),
    check("names", () => Promise.reject(new Error("no\n  route"))),
  ];
  expect((await runChecks(checks, context, signal)).slice(1)).toEqual([
    { name: "quota", state: "unknown", found: "not checked, because identity failed", needs: "identity" },
    { name: "names", state: "unknown", found: "no route" },
  ]);
});

test("a check that never answers is given up at its deadline, and the next one is asked", async () => {
  const silent = check(
    "quota",
    (_, stopped) =>
      new Promise((_resolve, reject) =>
        stopped.addEventListener("abort", () => reject(stopped.reason as Error)),
      ),
  );
  const checks = [silent, check("licence", () => Promise.resolve(passed("premium")))];
  const results = await runChecks(checks, context, signal, { timeoutMs: 5 });
  expect(results).toMatchObject([{ state: "unknown", found: "no answer within 0.005 s" }, { state: "ok" }]);
});

test("a stopped preflight returns nothing that looks like a result", async () => {
  const stop = new AbortController();
  const checks = [
    check("apis", () => {
      stop.abort(new Error("stopped by Ctrl-C"));
      return Promise.reject(new Error("aborted"));
    }),
  ];
  await expect(runChecks(checks, context, stop.signal)).rejects.toThrow("stopped by Ctrl-C");
});

test("a skipped check is not asked, and is reported as skipped", async () => {
  const checks = [check("quota", () => Promise.reject(new Error("asked")))];
  expect(await runChecks(checks, context, signal, { skip: new Set(["quota"]) })).toEqual([
    { name: "quota", state: "skipped", found: "skipped by --skip-preflight" },
  ]);
});
