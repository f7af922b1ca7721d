import { afterAll, beforeAll, expect, test } from "vitest";
import { packTar } from "./tar.ts";
import { CONFIG, Driver, emulated } from "./driver.ts";
import type { Json } from "./driver.ts";
import { startEmulator } from "../../../rehearsal/emulator/server.ts";

let driver: Driver;
beforeAll(async () => {
  driver = await emulated();
});
afterAll(() => driver.close());

const NIL = "00000000-0000-4000-8000-000000000000";

test("the first user is asked for once: 404, 201, then 409", async () => {
  const emulator = await startEmulator({ ...CONFIG, seeded: false });
  const fresh = new Driver(emulator.ready.url, "");
  expect(emulator.ready.token).toBeUndefined();
  expect((await fresh.get("/api/v2/users/first")).status).toBe(404);
  const user = { email: "a@x.local", username: "admin", password: "Correct-horse-9" };
  const made = await fresh.post("/api/v2/users/first", user);
  expect(made.status).toBe(201);
  expect(Object.keys(made.json).sort()).toEqual(["organization_id", "user_id"]);
  expect((await fresh.post("/api/v2/users/first", user)).status).toBe(409);
  const { json } = await fresh.post("/api/v2/users/login", user);
  const owner = fresh.as(json.session_token);
  expect((await owner.get("/api/v2/users/me")).json.roles).toEqual([
    { name: "owner", display_name: "Owner" },
  ]);
  await emulator.close();
});

test.each([
  ["no such route", "GET", "/api/v2/nope", undefined, 404, "Route not found."],
  ["the wrong method", "PUT", "/api/v2/users", undefined, 405, undefined],
  ["not a UUID", "GET", "/api/v2/workspaces/not-a-uuid", undefined, 400, 'Invalid UUID "not-a-uuid".'],
  ["bad JSON", "POST", "/api/v2/users", "{", 400, "Request body must be valid JSON."],
  [
    "an unknown search key",
    "GET",
    "/api/v2/workspaces?q=bogus:1",
    undefined,
    400,
    "Invalid workspace search query.",
  ],
  [
    "an unknown template",
    "POST",
    "/api/v2/users/me/workspaces",
    { template_id: NIL, name: "w" },
    400,
    `Template "${NIL}" doesn't exist.`,
  ],
  ["licences on the open-source build", "GET", "/api/v2/licenses", undefined, 404, "Route not found."],
  [
    "files of another type",
    "POST",
    "/api/v2/files",
    "x",
    400,
    'Unsupported content type header "application/json".',
  ],
])("%s is answered as Coder does", async (_what, method, path, body, status, message) => {
  const answer = await driver.call(method, path, body);
  expect(answer.status).toBe(status);
  expect(answer.json?.message).toBe(message);
});

test("a token that is missing, malformed or unknown is 401", async () => {
  for (const token of ["", "nonsense", "aaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbb"]) {
    expect((await driver.as(token).get("/api/v2/users/me")).status).toBe(401);
  }
});

test("new users are dormant until their first login, and names are unique", async () => {
  const user = await driver.user("newcomer");
  expect(user.status).toBe("dormant");
  const again = {
    email: "other@x.local",
    username: "newcomer",
    password: "Correct-horse-9",
    organization_ids: user.organization_ids,
  };
  expect((await driver.post("/api/v2/users", again)).status).toBe(409);
  const login = await driver.post("/api/v2/users/login", { email: user.email, password: "Correct-horse-9" });
  expect(login.status).toBe(201);
  expect((await driver.post("/api/v2/users/login", { email: user.email, password: "wrong" })).status).toBe(
    401,
  );
  expect((await driver.get(`/api/v2/users/${user.id}`)).json.status).toBe("active");
  const member = driver.as(login.json.session_token);
  expect((await member.post("/api/v2/users", again)).status).toBe(403);
});

test("bad fields are named", async () => {
  const bad = { email: "bad", username: "x y", password: "Correct-horse-9", organization_ids: [NIL] };
  const answer = await driver.post("/api/v2/users", bad);
  expect(answer.status).toBe(400);
  expect(answer.json.validations.map(({ field }: Json) => field)).toEqual(["email", "username"]);
  const weak = {
    email: "w@x.local",
    username: "weak",
    password: "aaaa",
    organization_ids: [await driver.organization()],
  };
  expect((await driver.post("/api/v2/users", weak)).status).toBe(400);
});

test("a site admin creates a token for another user, which acts as that user", async () => {
  const user = await driver.user("minted");
  const path = `/api/v2/users/${user.id}/keys/tokens`;
  const minted = await driver.post(path, { lifetime: 3_600e9, token_name: "bench" });
  expect(minted.status).toBe(201);
  expect((await driver.as(minted.json.key).get("/api/v2/users/me")).json.username).toBe("minted");
  expect((await driver.post(path, { lifetime: 3_600e9, token_name: "bench" })).status).toBe(409);
});

test("a workspace lives from pending to deleted: 201, running, 409 beside it, 410 after it", async () => {
  const owner = await driver.user("lives");
  const made = await driver.workspace("w1", owner.id, {
    rich_parameter_values: [{ name: "home_disk_size", value: "11" }],
  });
  expect(made.latest_build.status).toBe("pending");
  const second = await driver.post(`/api/v2/users/${owner.id}/workspaces`, {
    template_id: made.template_id,
    name: "W1",
  });
  expect(second.status).toBe(409);
  expect(second.json.validations).toEqual([
    { field: "name", detail: "This value is already in use and should be unique." },
  ]);
  const busy = await driver.post(`/api/v2/workspaces/${made.id}/builds`, { transition: "delete" });
  expect([201, 409]).toContain(busy.status);
  await driver.built(made.latest_build.id);
  const parameters = await driver.get(`/api/v2/workspacebuilds/${made.latest_build.id}/parameters`);
  expect(parameters.json).toEqual([{ name: "home_disk_size", value: "11" }]);
  expect((await driver.call("DELETE", `/api/v2/users/${owner.id}`)).status).toBe(417);
  expect((await driver.call("DELETE", `/api/v2/templates/${made.template_id}`)).status).toBe(400);
  const build = await driver.deleted(made.id);
  expect([build.status, build.job.status]).toEqual(["deleted", "succeeded"]);
  expect((await driver.get(`/api/v2/workspaces/${made.id}`)).status).toBe(410);
  expect(
    (await driver.get(`/api/v2/workspaces/${made.id}?include_deleted=true`)).json.latest_build.status,
  ).toBe("deleted");
  expect((await driver.call("DELETE", `/api/v2/users/${owner.id}`)).status).toBe(200);
});

test("an ill-typed parameter is refused, an unknown one accepted in silence", async () => {
  const template_id = (await driver.template()).id;
  const create = (name: string, parameter: string, value: string) =>
    driver.post("/api/v2/users/me/workspaces", {
      template_id,
      name,
      rich_parameter_values: [{ name: parameter, value }],
    });
  const wrong = await create("wrong", "home_disk_size", "many");
  expect([wrong.status, wrong.json.message]).toEqual([400, "Unable to validate parameters"]);
  expect((await create("silent", "no_such_parameter", "1")).status).toBe(201);
});

test("timings follow the stages, and queue and build times follow from the job", async () => {
  const { workspace } = await driver.ready("timed");
  const { job, id } = workspace.latest_build;
  expect(Date.parse(job.completed_at)).toBeGreaterThanOrEqual(Date.parse(job.started_at));
  expect(Date.parse(job.started_at)).toBeGreaterThanOrEqual(Date.parse(job.created_at));
  const timings = (await driver.get(`/api/v2/workspacebuilds/${id}/timings`)).json;
  expect(timings.provisioner_timings.map(({ stage }: Json) => stage)).toEqual([
    "init",
    "plan",
    "graph",
    "apply",
  ]);
  expect(timings.agent_connection_timings[0].stage).toBe("connect");
});

test("a queued build is cancelled at once, a running one after Terraform ended; both report canceled", async () => {
  const narrow = await emulated({ env: { CODER_PROVISIONER_DAEMONS: "1" }, buildSpeed: 20 });
  const [running, queued] = [await narrow.workspace("running"), await narrow.workspace("queued")];
  const path = (workspace: Json): string => `/api/v2/workspacebuilds/${workspace.latest_build.id}`;
  expect((await narrow.get(path(queued))).json.job).toMatchObject({ status: "pending", queue_position: 1 });
  for (const workspace of [queued, running]) {
    expect((await narrow.call("PATCH", `${path(workspace)}/cancel`)).status).toBe(200);
    expect((await narrow.built(workspace.latest_build.id)).status).toBe("canceled");
    expect((await narrow.call("PATCH", `${path(workspace)}/cancel`)).status).toBe(400);
  }
  await narrow.close();
});

test("a delete that is cancelled in the middle leaves a deleted workspace", async () => {
  const slow = await emulated({ buildSpeed: 20 });
  const { workspace } = await slow.ready("half");
  const build = (await slow.post(`/api/v2/workspaces/${workspace.id}/builds`, { transition: "delete" })).json;
  while ((await slow.get(`/api/v2/workspacebuilds/${build.id}`)).json.job.status === "pending");
  await slow.call("PATCH", `/api/v2/workspacebuilds/${build.id}/cancel`);
  expect((await slow.built(build.id)).status).toBe("canceled");
  expect((await slow.get(`/api/v2/workspaces/${workspace.id}`)).status).toBe(410);
  await slow.close();
});

test("the stated share of builds fails, with Terraform's words, and a retry may pass", async () => {
  const failing = await emulated({ failBuilds: 0.5 });
  const builds = [];
  for (const name of ["a", "b", "c", "d"]) {
    const { latest_build } = await failing.workspace(name);
    builds.push(await failing.built(latest_build.id));
  }
  expect(builds.map(({ status }) => status)).toEqual(["running", "failed", "running", "failed"]);
  expect(builds[1].job.error).toContain("terraform apply");
  const retry = await failing.post(`/api/v2/workspaces/${builds[1].workspace_id}/builds`, {
    transition: "start",
  });
  expect((await failing.built(retry.json.id)).status).toBe("running");
  await failing.close();
});

test("workspaces are searched by name, owner and status, page by page", async () => {
  const owner = await driver.user("searcher");
  for (const name of ["scaletest-1", "scaletest-2", "scaletest-3", "other"]) {
    await driver.built((await driver.workspace(name, owner.id)).latest_build.id);
  }
  const names = async (query: string): Promise<string[]> => {
    const { json } = await driver.get(`/api/v2/workspaces?${query}`);
    return json.workspaces.map(({ name }: Json) => name);
  };
  const q = (text: string): string => `q=${encodeURIComponent(text)}`;
  expect(await names(q('name:"scaletest-" owner:searcher'))).toEqual([
    "scaletest-1",
    "scaletest-2",
    "scaletest-3",
  ]);
  expect(await names(`${q('name:"scaletest-"')}&limit=2&offset=2`)).toEqual(["scaletest-3"]);
  expect(await names(`${q('name:"scaletest-"')}&limit=2&offset=4`)).toEqual([]);
  expect(await names(q("searcher/other"))).toEqual(["other"]);
  expect(await names(q("owner:searcher status:failed"))).toEqual([]);
});

test("a template is uploaded, imported, and refuses to be without its variables", async () => {
  const main = `
    variable "bench_run" { type = string }
    variable "bench_env" {
      type    = string
      default = "gke"
    }
    data "coder_parameter" "size" {
      name = "size"
      type = "number"
      default = 3
      validation {
        min = 1
        max = 5
      }
    }
    resource "coder_agent" "dev" { os = "linux" }
    resource "kubernetes_pod_v1" "main" {
      count = 1
      metadata { name = "\${var.bench_run}-{x}" } # not parsed further
    }`;
  const archive = packTar({ "main.tf": main });
  const upload = async () => {
    const response = await fetch(`${driver.url}/api/v2/files`, {
      method: "POST",
      headers: { "coder-session-token": driver.token, "content-type": "application/x-tar" },
      body: archive,
    });
    return { status: response.status, json: (await response.json()) as { hash: string } };
  };
  const first = await upload();
  expect(first.status).toBe(201);
  expect(await upload()).toEqual({ status: 200, json: first.json });

  const organization = await driver.organization();
  const version = async (user_variable_values: unknown[]) => {
    const body = {
      storage_method: "file",
      file_id: first.json.hash,
      provisioner: "terraform",
      tags: {},
      user_variable_values,
    };
    const made = await driver.post(`/api/v2/organizations/${organization}/templateversions`, body);
    expect(made.json.job.status).toBe("pending");
    await driver.followed(`/api/v2/templateversions/${made.json.id}/logs?follow`);
    return (await driver.get(`/api/v2/templateversions/${made.json.id}`)).json;
  };
  const without = await version([]);
  expect(without.job).toMatchObject({ status: "failed", error_code: "REQUIRED_TEMPLATE_VARIABLES" });
  expect(without.job.error).toContain("bench_run");
  const given = await version([{ name: "bench_run", value: "r1" }]);
  expect(given.job.status).toBe("succeeded");
  const variables = (await driver.get(`/api/v2/templateversions/${given.id}/variables`)).json;
  expect(variables.map(({ name, value, required }: Json) => [name, value, required])).toEqual([
    ["bench_run", "r1", true],
    ["bench_env", "gke", false],
  ]);
  const evaluate = `/api/v2/templateversions/${given.id}/dynamic-parameters/evaluate`;
  const nobody = await driver.post(evaluate, { id: 4, inputs: { size: "9" } });
  expect(nobody.json).toMatchObject({ diagnostics: [{ severity: "error" }], parameters: [] });
  const me = (await driver.get("/api/v2/users/me")).json;
  const evaluated = await driver.post(evaluate, { id: 4, owner_id: me.id, inputs: { size: "9" } });
  expect(evaluated.json.id).toBe(4);
  expect(evaluated.json.parameters[0]).toMatchObject({
    name: "size",
    type: "number",
    default_value: { value: "3", valid: true },
  });
  expect(evaluated.json.parameters[0].diagnostics).toHaveLength(1);
  const template = await driver.post(`/api/v2/organizations/${organization}/templates`, {
    name: "mine",
    template_version_id: given.id,
  });
  expect(template.status).toBe(201);
  const named = await driver.get(
    `/api/v2/templates?q=${encodeURIComponent(`exact_name:"mine" organization:${organization}`)}`,
  );
  expect(named.json.map(({ name }: Json) => name)).toEqual(["mine"]);
  const dry = await driver.post(`/api/v2/templateversions/${given.id}/dry-run`, {
    workspace_name: "x",
    rich_parameter_values: [],
  });
  expect(dry.status).toBe(201);
  const run = `/api/v2/templateversions/${given.id}/dry-run/${dry.json.id}`;
  await driver.followed(`${run}/logs?follow`);
  const resources = (await driver.get(`${run}/resources`)).json;
  expect(resources.map(({ type, agents }: Json) => [type, agents[0].name])).toEqual([
    ["kubernetes_pod_v1", "dev"],
  ]);
});

test("unknown names in a query are refused exactly if Coder refuses them", async () => {
  const organization = await driver.organization();
  const provisioners = `/api/v2/organizations/${organization}`;
  for (const [path, message] of [
    ["/api/v2/notifications/inbox", "Query parameters have invalid values."],
    [`${provisioners}/provisionerdaemons`, "Invalid query parameters."],
    [`${provisioners}/provisionerjobs`, "Invalid query parameters."],
  ] as const) {
    expect((await driver.get(path)).status, path).toBe(200);
    const { status, json } = await driver.get(`${path}?offset=0`);
    const validations = [{ field: "offset", detail: '"offset" is not a valid query param' }];
    expect({ status, json }, path).toEqual({ status: 400, json: { message, validations } });
  }
  expect((await driver.get("/api/v2/workspaces?bogus=1")).status).toBe(200);
});
