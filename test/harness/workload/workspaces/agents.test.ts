import { expect, test } from "vitest";
import { agent as agentSchema } from "../../../../harness/coder/http/schemas.ts";
import { chooseAgent } from "../../../../harness/workload/workspaces/look-at-agents.ts";
import { answering } from "../../../support/coder/coder-faults.ts";
import { templateWith, withAgents } from "../../../support/coder/templates.ts";
import { type CoderOptions, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

const FEW = { workspaces: 2, connections: { total: 4, sshShare: 0.5 } } as const;
const AGENT_LOG = /^GET \/workspaceagents\/[^/]+\/logs$/;
const SHORT = { timeouts: { agentMs: 1_000 } } as const;

async function loadWith(options: CoderOptions, overrides: Parameters<typeof loadTaskFor>[1] = {}) {
  await using coder = await startEmulatedCoder(options);
  const { result, events } = await runLoadHere(loadTaskFor(coder, { ...FEW, ...overrides }));
  const notes = events.flatMap((event) => (event.type === "note" ? [event.message] : []));
  return { result, notes, reached: coder.reachedAgents() };
}

test.each([
  ["failed", "start_error"],
  ["took longer than it may", "start_timeout"],
  ["never ends", "starting"],
])(
  "a start-up script that %s fails no workspace whose agent is connected, and is reported",
  async (_how, state) => {
    const agent = withAgents({ main: { lifecycle_state: state, startup_script_behavior: "non-blocking" } });
    const log = answering(AGENT_LOG, [{ output: "npm ERR! network", level: "error" }]);
    const { result, notes } = await loadWith({ answers: [agent, log] });
    expect(result.workspaces).toMatchObject({ succeeded: 2, failed: 0 });
    expect(result.connections).toMatchObject({ held: 4 });
    const error = `agent main is connected, its start-up script ${state}`;
    expect(result.failures).toEqual([
      {
        ...{ class: "startup-script", phase: "agent-ready", count: 2 },
        example: `${error}; the workspace could still be used`,
        reasons: [{ error, count: 2, log: ["npm ERR! network"] }],
      },
    ]);
    expect(notes).toContain(`${error}; its log ends with: npm ERR! network`);
  },
);

test("a blocking start-up script is waited for, and one that never ends fails with its state and its log", async () => {
  const agent = withAgents({ main: { lifecycle_state: "starting", startup_script_behavior: "blocking" } });
  const log = answering(AGENT_LOG, [{ output: "waiting for a lock" }]);
  const { result } = await loadWith({ answers: [agent, log] }, SHORT);
  expect(result.workspaces).toMatchObject({ succeeded: 0, failed: 2 });
  const [failure] = result.failures;
  expect(failure).toMatchObject({ class: "agent-timeout", phase: "workspace-ready", count: 2 });
  expect(failure?.example).toMatch(
    /no usable agent .*: agent main is connected, its start-up script starting/,
  );
  expect(failure?.reasons).toMatchObject([{ log: ["waiting for a lock"] }]);
});

test("a blocking start-up script that failed lets everybody in, as Coder's own client does", async () => {
  const agent = withAgents({ main: { lifecycle_state: "start_error", startup_script_behavior: "blocking" } });
  const { result } = await loadWith({ answers: [agent] });
  expect(result.workspaces).toMatchObject({ succeeded: 2 });
});

test("an agent that shuts down is not waited for", async () => {
  const { result } = await loadWith({
    answers: [withAgents({ main: { lifecycle_state: "shutting_down" } })],
  });
  expect(result.failures[0]?.example).toMatch(/shutting_down: it is shutting down/);
});

test("an agent that the load does not use delays nothing, and its state is reported", async () => {
  const gpu = withAgents({ gpu: { status: "timeout", lifecycle_state: "created" } });
  const { result, notes } = await loadWith(
    { template: templateWith({ agents: ["main", "gpu"] }), answers: [gpu] },
    { agent: "main" },
  );
  expect(result.workspaces).toMatchObject({ succeeded: 2 });
  expect(result.failures).toEqual([]);
  expect(notes).toContain(
    "not used by the load, in 2 workspaces: agent gpu is timeout, its start-up script created",
  );
});

test("one of several agents is chosen for terminals and SSH alike, and reported beforehand", async () => {
  const { notes, reached } = await loadWith({ template: templateWith({ agents: ["main", "dev"] }) });
  expect(notes).toContainEqual(
    expect.stringMatching(/several agents, main, dev: the load uses dev, choose with --agent/),
  );
  expect(reached.length).toBeGreaterThan(4);
  expect(new Set(reached)).toEqual(new Set(["dev"]));
});

test("an agent inside another one is only reached when it is named", () => {
  const agents = [
    agentSchema.parse({ id: "2", name: "container", status: "connected", parent_id: "1" }),
    agentSchema.parse({ id: "1", name: "main", status: "connected", parent_id: null }),
  ];
  expect(chooseAgent(agents, undefined)?.id).toBe("1");
  expect(chooseAgent(agents, "container")?.id).toBe("2");
  expect(chooseAgent(agents, "gpu")).toBeUndefined();
});
