import { expect, test } from "vitest";
import { describeEnd } from "../../../../harness/workload/remote/attachment.ts";

test("the end of a connection is not told as the end of the worker", () => {
  expect(describeEnd(0, "")).toBe("the worker's connection ended");
  expect(describeEnd(undefined, "refused")).toBe("the worker's connection ended; its output: refused");
  expect(describeEnd(1, "")).toBe("the worker ended with exit code 1");
});
