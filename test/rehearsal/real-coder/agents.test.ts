import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Agents, keepAgents } from "../../../rehearsal/real-coder/agents.ts";
import { isAlive, type LocalProcess } from "../../../harness/tools/process/local-process.ts";

const ORDER = join(import.meta.dirname, "../../../rehearsal/real-coder/template/order.sh");

let folder: string;
let agents: Agents;
let noted: Map<string, LocalProcess>;
let warnings: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "refbench-agents-"));
  const binary = join(folder, "coder");
  writeFileSync(binary, '#!/bin/sh\nprintf %s "$CODER_AGENT_TOKEN" > token\nexec sleep 600\n');
  chmodSync(binary, 0o755);
  noted = new Map();
  warnings = [];
  agents = keepAgents({
    binary,
    url: "http://127.0.0.1:1",
    folder: join(folder, "agents"),
    notes: {
      started: (workspace, _labels, process) => Promise.resolve(void noted.set(workspace, process)),
      ended: (workspace) => Promise.resolve(void noted.delete(workspace)),
    },
    onWarning: (message) => warnings.push(message),
  });
});
afterEach(() => agents.stop());

/** As the template's provisioner leaves an order. */
async function order(what: "start" | "stop", workspace: string, keeper = process.pid): Promise<void> {
  const agent =
    what === "start" ? JSON.stringify({ token: "agent-token", labels: { "bench-run": "r" } }) : "";
  await promisify(execFile)("sh", [ORDER, what], {
    env: {
      PATH: process.env["PATH"] ?? "",
      REFBENCH_AGENTS: agents.orders,
      REFBENCH_AGENTS_KEEPER: String(keeper),
      WORKSPACE: workspace,
      AGENT: agent,
    },
  });
}

test("an order starts an agent with its token in a separate folder, and records its process", async () => {
  const workspace = randomUUID();
  await order("start", workspace);
  const process = noted.get(workspace);
  expect(process && isAlive(process)).toBe(true);
  await expect.poll(() => existsSync(join(folder, "agents", workspace, "token"))).toBe(true);
  expect(readdirSync(agents.orders)).toEqual([]);
});

test("an order to stop ends the agent, its folder and its note", async () => {
  const workspace = randomUUID();
  await order("start", workspace);
  const process = noted.get(workspace);
  await order("stop", workspace);
  expect(process && isAlive(process)).toBe(false);
  expect(noted.size).toBe(0);
  expect(existsSync(join(folder, "agents", workspace))).toBe(false);
});

test("an order to stop an agent that never started succeeds", async () => {
  await expect(order("stop", randomUUID())).resolves.toBeUndefined();
});

test("all agents end with their keeper", async () => {
  const workspaces = [randomUUID(), randomUUID()];
  await Promise.all(workspaces.map((workspace) => order("start", workspace)));
  const processes = [...noted.values()];
  await agents.stop();
  expect(processes.map(isAlive)).toEqual([false, false]);
});

test("an order fails if no process executes it", async () => {
  await agents.stop();
  const gone = 2 ** 22 + 1;
  await expect(order("start", randomUUID(), gone)).rejects.toThrow(/nobody carries out the order/);
});

test("an unreadable order starts nothing and is reported", async () => {
  writeFileSync(join(agents.orders, `${randomUUID()}.start`), "{");
  await expect.poll(() => warnings.length).toBe(1);
  expect(noted.size).toBe(0);
});
