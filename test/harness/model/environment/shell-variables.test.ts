import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { childEnvironment } from "../../../../harness/model/environment/child-environment.ts";
import {
  ownEnvironment,
  refuseObeyed,
  removedNote,
} from "../../../../harness/model/environment/own-environment.ts";
import { CHILD_KINDS, VARIABLE_RULES } from "../../../../harness/model/environment/shell-variables.ts";
import { CREDENTIALS, OBEYED_BY_NODE, STEERING } from "../../../support/coder/steering-shell.ts";

describe("the shell's variables:", () => {
  test.each(CHILD_KINDS)("none that steers something reaches %s", (kind) => {
    const shell = { PATH: "/bin", ...STEERING, ...OBEYED_BY_NODE, SOMETHING_NEW: "x" };
    expect(childEnvironment(kind, shell)).toEqual({ PATH: "/bin" });
  });

  test("credentials reach only processes that ask a cloud", () => {
    const reached = CHILD_KINDS.filter((kind) => Object.keys(childEnvironment(kind, CREDENTIALS)).length > 0);
    expect(reached).toEqual(["refbench", "terraform", "tunnel"]);
    for (const kind of reached) expect(childEnvironment(kind, CREDENTIALS)).toEqual(CREDENTIALS);
  });

  test("none of refbench's own reaches a program of another", () => {
    const shell = { REFBENCH_TWIN_CODER: "x", REFBENCH_LICENCE: "planted", REFBENCH_ENVIRONMENT: "x" };
    for (const kind of CHILD_KINDS.filter((each) => each !== "refbench"))
      expect(childEnvironment(kind, shell)).toEqual({});
  });

  test("the page of the variables says for each what happens and why", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../../docs/environment.md"), "utf8");
    const rows = page
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .map((line) => line.replaceAll(/\s+/g, " ").trim());
    for (const { shown, to, why } of VARIABLE_RULES) {
      const reaches = to.length === CHILD_KINDS.length ? "all" : to.join(", ") || "nobody";
      expect(rows).toContain(`| ${shown} | ${reaches} | ${why} |`);
    }
  });
});

describe("refbench's own process", () => {
  test("does without what steers its libraries, and names what somebody may have meant", () => {
    const shell = { PATH: "/bin", TF_WORKSPACE: "staging", AWS_USE_FIPS_ENDPOINT: "true", EDITOR: "vi" };
    expect(ownEnvironment(shell)).toEqual({ PATH: "/bin", EDITOR: "vi" });
    expect(removedNote(shell)).toMatch(/^TF_WORKSPACE of this shell is ignored/);
    expect(removedNote({ PATH: "/bin", SSH_AUTH_SOCK: "/s", AWS_PAGER: "less", TF_LOG: "" })).toBeUndefined();
  });

  test("never prints a value: it may be a secret", () => {
    expect(removedNote({ TF_VAR_password: "planted" })).not.toContain("planted");
  });

  test.each([
    [{ NODE_OPTIONS: "--require ./agent.js" }, /--require.*env -u NODE_OPTIONS/],
    [{ NODE_OPTIONS: "--max-old-space-size=4096 --inspect" }, /--inspect/],
    [{ NODE_OPTIONS: "--import=data:text/javascript,1" }, /--import/],
    [{ NODE_OPTIONS: "--use-openssl-ca" }, /--use-openssl-ca/],
    [{ NODE_DEBUG: "http" }, /env -u NODE_DEBUG/],
  ])("refuses %o, which Node has obeyed already", (shell, message) => {
    expect(() => refuseObeyed(shell)).toThrow(message);
  });

  test.each([
    {},
    { NODE_OPTIONS: "" },
    { NODE_OPTIONS: "--max-old-space-size=4096 --no-warnings" },
    { NODE_OPTIONS: "--max-old-space-size 4096" },
    { NODE_DEBUG: "" },
  ])("accepts %o", (shell) => {
    expect(() => refuseObeyed(shell)).not.toThrow();
  });
});
