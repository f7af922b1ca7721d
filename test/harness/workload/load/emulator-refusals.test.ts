import { expect, test } from "vitest";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { startEmulator } from "../../../../rehearsal/emulator/server.ts";
import { runBootstrap } from "../../../../harness/workload/setup/bootstrap.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

const admin = { email: "admin@example.com", username: "admin", password: "Correct-Horse-9-Battery" };
const FEW = { users: 2, workspaces: 2, parameters: {}, connections: { total: 4, sshShare: 0.5 } } as const;

/** Returns the result of one load on an emulated Coder with a template and further settings. */
async function loadOn(
  template: string,
  overrides: Parameters<typeof loadTaskFor>[1] = {},
  {
    env = {},
    failBuilds = 0,
  }: { readonly env?: Readonly<Record<string, string>>; readonly failBuilds?: number } = {},
) {
  const emulator = await startEmulator({
    ...{ schemaVersion: 1, host: "127.0.0.1", port: 0, version: "2.31.0", replicas: 1 },
    env: { CODER_PROVISIONER_DAEMONS: "5", CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true", ...env },
    ...{ buildSpeed: 100, failBuilds, licence: "none", seeded: false },
  });
  try {
    const { url } = emulator.ready;
    const { token } = await runBootstrap(
      {
        task: "bootstrap",
        deployment: { url, ssh: "tunnel" },
        admin,
        template: { name: "kubernetes", files: { "main.tf": template }, variables: {} },
        expect: { replicas: 1, provisionerDaemons: 5 },
        timeoutMs: 20_000,
      },
      { signal: new AbortController().signal, clock: systemClock, emit: () => undefined },
    );
    return await runLoadHere(loadTaskFor({ url, token }, { ...FEW, ...overrides }));
  } finally {
    await emulator.close();
  }
}

const agent = (name: string, more = ""): string =>
  `resource "coder_agent" "${name}" {\n  os = "linux"\n  arch = "amd64"\n  ${more}\n}\n`;

const PARAMETERS = `${agent("main")}
data "coder_parameter" "show_advanced" {
  name    = "show_advanced"
  type    = "bool"
  default = "false"
}
data "coder_parameter" "advanced" {
  count = data.coder_parameter.show_advanced.value ? 1 : 0
  name  = "advanced"
  type  = "string"
}
data "coder_parameter" "team" {
  name    = "team"
  default = "abc"
  validation {
    regex = "^[[:alpha:]][[:alnum:]-]+$"
    error = "words"
  }
}
data "coder_parameter" "ides" {
  name      = "ides"
  type      = "list(string)"
  form_type = "multi-select"
  default   = jsonencode(["vim"])
  option {
    name  = "vim"
    value = "vim"
  }
}
`;

test("a parameter that is there because of another one's value is taken", async () => {
  const parameters = { show_advanced: "true", advanced: "x", team: "team-7" };
  const { result } = await loadOn(PARAMETERS, { parameters });
  expect(result.failures).toEqual([]);
  expect(result.workspaces.succeeded).toBe(2);
});

test.each([
  [{ show_advanced: "true" }, /"advanced", a string, is missing: Required parameter not provided/],
  [{ advanced: "x" }, /"advanced" is not a parameter of it with these values/],
  [{ team: "7" }, /"team" is "7": .*does not match pattern/],
  [{ ides: '["emacs"]' }, /"ides" is .*"emacs\\?" is not a valid option/],
])("values that Coder refuses are refused before the load: %j", async (parameters, reason) => {
  await expect(loadOn(PARAMETERS, { parameters })).rejects.toThrow(reason);
});

test("without password login, users are made without a password, and logins are refused beforehand", async () => {
  const env = { CODER_DISABLE_PASSWORD_AUTH: "true" };
  const { result } = await loadOn(agent("main"), {}, { env });
  expect(result.failures).toEqual([]);
  expect(result.users).toMatchObject({ created: 2 });
  await expect(loadOn(agent("main"), { login: "login" }, { env })).rejects.toThrow(/accepts no passwords/);
});

test("tokens live no longer than the deployment lets them", async () => {
  const env = { CODER_MAX_TOKEN_LIFETIME: "30m" };
  const { result, events } = await loadOn(agent("main"), {}, { env });
  expect(result.failures).toEqual([]);
  expect(events).toContainEqual({ type: "note", message: expect.stringMatching(/live at most 30 min/) });
});

test.each([
  ["exit 1", "start_error", ["start-up script: exit status 1"]],
  ["sleep 100000", "starting", ["Running the start-up script"]],
])("the start-up script %s ends in %s, and the workspaces are still used", async (script, state, log) => {
  const { result } = await loadOn(agent("main", `startup_script = "${script}"`));
  expect(result.workspaces.succeeded).toBe(2);
  expect(result.failures).toEqual([
    expect.objectContaining({
      ...{ class: "startup-script", count: 2 },
      reasons: [expect.objectContaining({ log })],
    }),
  ]);
  expect(result.failures[0]?.example).toContain(state);
});

test("an agent inside another one is not taken for the template's", async () => {
  const container = `resource "coder_devcontainer" "app" {\n  agent_id = coder_agent.main.id\n}\n`;
  const { result, events } = await loadOn(agent("main") + container);
  expect(result.connections.held).toBe(4);
  expect(events.filter((event) => event.type === "note" && /several agents/.test(event.message))).toEqual([]);
});

test("a login shell with a banner is a shell, and one that asks a question becomes one", async () => {
  for (const shell of ["banner", "question"]) {
    const { result } = await loadOn(agent("main", `env = { EMULATED_SHELL = "${shell}" }`));
    expect(result.failures).toEqual([]);
    expect(result.connections.held).toBe(4);
  }
});

test.each([
  ["menu", "shell-unready", /Type one of the keys in parentheses/],
  ["nologin", "connection-lost", /not available/],
])("a login shell %s is failure %s with its last words", async (shell, failureClass, words) => {
  const overrides = { connections: { total: 0 }, timeouts: { connectMs: 1_500 } };
  const { result } = await loadOn(agent("main", `env = { EMULATED_SHELL = "${shell}" }`), overrides);
  expect(result.workspaces.succeeded).toBe(0);
  for (const failure of result.failures) {
    expect(failure.class).toBe(failureClass);
    expect(failure.example).toMatch(words);
  }
});

test("a failed build's reason is in its log alone, and in the result", async () => {
  const { result } = await loadOn(agent("main"), { connections: { total: 0 } }, { failBuilds: 0.5 });
  const [failure] = result.failures;
  expect(failure).toMatchObject({ class: "build-failed", count: 1 });
  expect(failure?.example).not.toContain("scheduled");
  expect(failure?.reasons?.[0]?.log.join("\n")).toContain("Error: pod was not scheduled in time");
});
