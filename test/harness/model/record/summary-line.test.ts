import { expect, test } from "vitest";
import type { LoadResult } from "../../../../harness/model/record/worker-result.ts";
import { summaryLine } from "../../../../harness/model/record/summary-line.ts";

const result = { stopped: false, workspaces: { succeeded: 998, failed: 2 } } as LoadResult;

test("the summary says how many workspaces succeeded and how many did not", () => {
  expect(summaryLine(result)).toBe("998 succeeded, 2 failed to connect");
});

test("the summary of a stopped load says that it was stopped", () => {
  expect(summaryLine({ ...result, stopped: true })).toBe(
    "998 succeeded, 2 failed to connect, stopped before the end",
  );
});
