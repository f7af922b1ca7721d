import { describe, expect, test } from "vitest";
import { isOfThisBoot, livenessOf, ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { onMachine } from "../../../support/identities.ts";

const own = ownIdentity();
/** As a record of a system that has neither an id of the machine nor of its pids. */
const withoutIds = { host: own.host, boot: own.boot, pid: own.pid, startTime: own.startTime };

describe("whether a process lives", () => {
  test.each([
    ["this process", own, "alive"],
    ["this process, after its machine was renamed", { ...own, host: "dhcp-17-4.office" }, "alive"],
    ["another process with its pid", { ...own, startTime: "1" }, "dead"],
    ["no process any more", { ...own, pid: 2 ** 22 + 1 }, "dead"],
    [
      "a process before this machine's last start",
      { ...own, boot: "an earlier one", host: "renamed" },
      "dead",
    ],
    ["a process of another machine", onMachine("there"), "elsewhere"],
    ["a process of another machine with this one's name", { ...onMachine("x"), host: own.host }, "elsewhere"],
    ["a process in another container of this machine", { ...own, pidNamespace: "pid:[1]" }, "elsewhere"],
    ["a process noted without ids, before the last start", { ...withoutIds, boot: "earlier" }, "dead"],
    [
      "a process noted without ids, on another machine",
      { ...withoutIds, boot: "other", host: "x" },
      "elsewhere",
    ],
  ] as const)("%s", (_name, identity, liveness) => {
    expect(livenessOf(identity)).toBe(liveness);
  });

  test("only ids decide whether it is of this boot", () => {
    expect(isOfThisBoot({ ...own, host: "renamed" })).toBe(true);
    expect(isOfThisBoot({ ...own, boot: "another" })).toBe(false);
  });
});
