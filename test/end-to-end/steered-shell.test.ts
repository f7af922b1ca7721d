import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { processesOf } from "../chaos/real/processes.ts";
import { CANARY } from "../support/command/canary-rehearsal.ts";
import { inTwin, newFolder, onlyRecord, Refbench, refbench } from "../support/command/refbench-process.ts";
import { STEERING } from "../support/coder/steering-shell.ts";

const STEERED = { ...process.env, ...STEERING };

describe("a rehearsal in a shell that would steer every tool", () => {
  test("is what it is in any other, and leaves nothing", async () => {
    const cwd = await newFolder();
    const ended = await new Refbench(cwd, CANARY, STEERED).ended;
    expect(ended.stderr).toMatch(/TF_CLI_ARGS.*TF_WORKSPACE.* of this shell are ignored/);
    expect([0, 21]).toContain(ended.code);
    expect(await onlyRecord(cwd)).toMatchObject({
      measurements: { workspaces: { asked: 2, succeeded: 2 } },
      teardown: { state: "clean", left: [], swept: [] },
    });
    expect(await inTwin(cwd)).toEqual([]);
  }, 300_000);

  test("is torn down by its own state from another shell after its run and reaper are killed", async () => {
    const cwd = await newFolder();
    const run = new Refbench(cwd, CANARY, STEERED);
    await run.says(/gke-coder 1 of/);
    const [id = ""] = await readdir(join(cwd, ".refbench", "runs"));
    const folder = join(cwd, ".refbench", "runs", id);
    for (const pid of processesOf(folder, run.pid, "everything")) process.kill(pid, "SIGKILL");
    await run.ended;
    const ended = await refbench(cwd, "teardown", id);
    expect(ended.code).toBe(0);
    expect(await onlyRecord(cwd)).toMatchObject({ teardown: { state: "clean", left: [] } });
    // Terraform knew all of gke-cloud: its state is where every shell looks for it.
    expect(ended.stderr).toMatch(/gke-cloud: 0 to add, 0 to change, 1\d to destroy/);
    expect(await inTwin(cwd)).toEqual([]);
  }, 300_000);

  test.each([
    ["NODE_OPTIONS", "--require=./agent.js"],
    ["NODE_DEBUG", "http"],
  ])("does not begin if Node has already obeyed %s", async (name, value) => {
    const cwd = await newFolder();
    const agent = join(cwd, "agent.js");
    const env = { ...process.env, [name]: value.replace("./agent.js", agent) };
    await writeFile(agent, "");
    const ended = await new Refbench(cwd, CANARY, env).ended;
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(`env -u ${name}`);
    expect(await readdir(cwd)).toEqual(["agent.js"]);
  });
});
