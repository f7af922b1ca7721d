import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { packUstar } from "./ustar.ts";
import type { Played } from "./compare.ts";
import { ConformClient } from "./client.ts";

type Json = ReturnType<JSON["parse"]>;

const A = "/api/v2";
const NOBODY = "00000000-0000-4000-8000-000000000000";
/** Needs no provider from any registry, so that a live server can import it. */
const BARE_TEMPLATE = `resource "terraform_data" "nothing" {}\n`;

/**
 * Puts a server into each recorded situation and repeats the recorded requests. It makes users, a workspace and a
 * template, and removes them again. A live server needs a template with the parameter `home_disk_size`.
 */
export async function playSituations(url: string, token: string): Promise<ReadonlyMap<string, Played>> {
  const client = new ConformClient(url, token);
  const get = (path: string, template = path): Promise<{ status: number; json: Json }> =>
    client.play("GET", template, path);
  const me = (await get(`${A}/users/me`)).json;
  const organization: string = (await get(`${A}/organizations`)).json[0].id;
  await playDeployment(client, organization);
  const templates: Json[] = (await get(`${A}/templates`)).json;
  const template = templates.find(({ name }) => name === "kubernetes") ?? templates[0];
  if (!template) throw new Error("the server has no template: make one with the parameter home_disk_size");
  const prefix = `conform-${randomBytes(4).toString("hex")}`;
  await playTemplates(client, organization, template, prefix);
  await playVersion(client, template, me.id);
  await playWorkspace(client, { organization, template, prefix });
  return client.played;
}

async function playDeployment(client: ConformClient, organization: string): Promise<void> {
  const plain = [
    "applications/host",
    "buildinfo",
    "deployment/config",
    "deployment/ssh",
    "deployment/stats",
    "entitlements",
    "experiments",
    "licenses",
    "nope",
    "users/me/organizations",
    "workspaces/not-a-uuid",
  ];
  for (const path of plain) await client.play("GET", `${A}/${path}`, `${A}/${path}`);
  await client.play("GET", "/derp/latency-check", "/derp/latency-check");
  await client.play("GET", `${A}/users/me`, `${A}/users/me`, undefined, { token: "nonsense" });
  await client.play("PUT", `${A}/users`, `${A}/users`, {});
  await client.play("POST", `${A}/workspaces/undefined/builds`, `${A}/workspaces/undefined/builds`, {
    transition: "delete",
  });
  await client.play("GET", `${A}/workspaces`, `${A}/workspaces?q=bogus:1`);
  const of = `${A}/organizations/{uuid}`;
  const at = `${A}/organizations/${organization}`;
  await client.play("GET", `${of}/members/me`, `${at}/members/me`);
  await client.follow("/derp", "/derp", { protocol: "derp", holdMs: 2_000 });
}

async function playTemplates(
  client: ConformClient,
  organization: string,
  template: Json,
  prefix: string,
): Promise<void> {
  const of = `${A}/organizations/{uuid}`;
  const at = `${A}/organizations/${organization}`;
  await client.play("GET", `${of}/templates`, `${at}/templates`);
  await client.play("GET", `${of}/templates/{name}`, `${at}/templates/${template.name}`);
  await client.play("GET", `${of}/templates/{name}`, `${at}/templates/${prefix}`);
  await client.play("GET", `${A}/templates/{uuid}`, `${A}/templates/${template.id}`);
  await client.play("POST", `${A}/files`, `${A}/files`, "x", { type: "text/plain" });
  const archive = packUstar("main.tf", `${BARE_TEMPLATE}# ${prefix}\n`);
  const file = await client.play("POST", `${A}/files`, `${A}/files`, archive, { type: "application/x-tar" });
  const version = { storage_method: "file", provisioner: "terraform", tags: {} };
  const unknown = { ...version, file_id: NOBODY };
  await client.play("POST", `${of}/templateversions`, `${at}/templateversions`, unknown);
  const known = { ...version, file_id: file.json.hash };
  const made = await client.play("POST", `${of}/templateversions`, `${at}/templateversions`, known);
  await client.follow(
    `${A}/templateversions/{uuid}/logs`,
    `${A}/templateversions/${made.json.id}/logs?follow`,
  );
  const own = await client.play("POST", `${of}/templates`, `${at}/templates`, {
    name: prefix,
    template_version_id: made.json.id,
  });
  await client.play("DELETE", `${A}/templates/{uuid}`, `${A}/templates/${own.json.id}`);
}

async function playVersion(client: ConformClient, template: Json, owner: string): Promise<void> {
  const of = `${A}/templateversions/{uuid}`;
  const at = `${A}/templateversions/${template.active_version_id}`;
  await client.play("GET", of, at);
  await client.play("GET", `${of}/resources`, `${at}/resources`);
  await client.play("GET", `${of}/external-auth`, `${at}/external-auth`);
  await client.play("POST", `${of}/dynamic-parameters/evaluate`, `${at}/dynamic-parameters/evaluate`, {
    id: 0,
    inputs: { home_disk_size: "10" },
    owner_id: owner,
  });
  const dry = await client.play("POST", `${of}/dry-run`, `${at}/dry-run`, {
    workspace_name: "scaletest-N",
    rich_parameter_values: [{ name: "home_disk_size", value: "10" }],
  });
  const run = `${at}/dry-run/${dry.json.id}`;
  await client.play("GET", `${of}/dry-run/{uuid}/matched-provisioners`, `${run}/matched-provisioners`);
  await client.play("GET", `${of}/dry-run/{uuid}`, run);
  await client.follow(`${of}/dry-run/{uuid}/logs`, `${run}/logs?follow`);
  await client.play("GET", `${of}/dry-run/{uuid}/resources`, `${run}/resources`);
}

async function playWorkspace(
  client: ConformClient,
  { organization, template, prefix }: { organization: string; template: Json; prefix: string },
): Promise<void> {
  const password = `${randomBytes(12).toString("base64url")}aA1`;
  const organization_ids = [organization];
  const fields = { email: `${prefix}@x.local`, username: prefix, password, organization_ids };
  const user = (
    await client.play("POST", `${A}/users`, `${A}/users`, { ...fields, name: "", login_type: "" })
  ).json;
  await client.play("POST", `${A}/users`, `${A}/users`, { ...fields, email: `dup-${prefix}@x.local` });
  await client.play("POST", `${A}/users`, `${A}/users`, { ...fields, email: "bad", username: "x y" });
  const login = { email: fields.email, password };
  const session = (await client.play("POST", `${A}/users/login`, `${A}/users/login`, login)).json
    .session_token;
  await client.play("POST", `${A}/users/login`, `${A}/users/login`, { ...login, password: "wrong" });
  const of = `${A}/users/{uuid}`;
  const at = `${A}/users/${user.id}`;
  await client.play("GET", of, at);
  await client.play("GET", `${A}/users`, `${A}/users?q=${prefix}&limit=2`);
  const lifetime = { lifetime: 3_600e9, token_name: "bench" };
  await client.play("POST", `${of}/keys/tokens`, `${at}/keys/tokens`, lifetime);
  await client.play("GET", `${of}/keys/tokens`, `${at}/keys/tokens`);

  const wanted = {
    template_id: template.id,
    name: prefix,
    rich_parameter_values: [{ name: "home_disk_size", value: "10" }],
  };
  const unknown = { template_id: NOBODY, name: "w1" };
  await client.play("POST", `${of}/workspaces`, `${at}/workspaces`, unknown);
  const { json: workspace } = await client.play("POST", `${of}/workspaces`, `${at}/workspaces`, wanted);
  await client.play("POST", `${of}/workspaces`, `${at}/workspaces`, wanted);
  const mine = { ...wanted, name: `${prefix}-2`, ttl_ms: 3_600_000 };
  const asUser = { token: session };
  const second = await client.play(
    "POST",
    `${A}/users/me/workspaces`,
    `${A}/users/me/workspaces`,
    mine,
    asUser,
  );
  await client.play("POST", `${A}/users/me/workspaces`, `${A}/users/me/workspaces`, mine, asUser);
  const build = `${A}/workspacebuilds/${workspace.latest_build.id}`;
  await client.play("GET", `${A}/workspacebuilds/{uuid}`, build);
  await client.follow(`${A}/workspacebuilds/{uuid}/logs`, `${build}/logs?follow`);
  await client.play("PATCH", `${A}/workspacebuilds/{uuid}/cancel`, `${build}/cancel`);
  for (const part of ["logs", "parameters", "timings"]) {
    await client.play("GET", `${A}/workspacebuilds/{uuid}/${part}`, `${build}/${part}`);
  }
  await playAgent(client, workspace);
  const named = `${A}/users/${user.username}/workspace/${workspace.name}`;
  await client.play("GET", `${A}/users/{name}/workspace/{name}`, `${named}?include_deleted=false`);
  const secondBuild = second.json.latest_build.id as string;
  await client.follow(`${A}/workspacebuilds/{uuid}/logs`, `${A}/workspacebuilds/${secondBuild}/logs?follow`);
  await client.play("GET", `${of}/workspace/{name}`, `${at}/workspace/${mine.name}`);
  await client.play("GET", `${A}/workspaces`, `${A}/workspaces?q=`);
  const inOrganization = `${A}/organizations/${organization}`;
  for (const [name, query] of [
    ["provisionerdaemons", ""],
    ["provisionerjobs", "?limit=2"],
  ] as const) {
    await client.play("GET", `${A}/organizations/{uuid}/${name}`, `${inOrganization}/${name}${query}`);
  }
  await client.play("DELETE", `${A}/templates/{uuid}`, `${A}/templates/${template.id}`);
  await client.play("DELETE", of, at);
  await playDelete(client, [workspace.id, second.json.id]);
  await client.play("DELETE", of, at);
}

async function playAgent(client: ConformClient, workspace: Json): Promise<void> {
  const path = `${A}/workspaces/${workspace.id}`;
  let agent: Json;
  for (let tries = 0; tries < 600; tries += 1) {
    const { latest_build } = (await client.play("GET", `${A}/workspaces/{uuid}`, path)).json;
    agent = latest_build.resources.flatMap((resource: Json) => resource.agents ?? [])[0];
    if (agent?.lifecycle_state === "ready") break;
    await delay(100);
  }
  if (agent?.lifecycle_state !== "ready")
    throw new Error(`the agent of ${workspace.name} did not become ready in a minute`);
  const of = `${A}/workspaceagents/{uuid}`;
  await client.play("GET", of, `${A}/workspaceagents/${agent.id}`);
  await client.play("GET", `${of}/connection`, `${A}/workspaceagents/${agent.id}/connection`);
  await client.follow(`${of}/coordinate`, `${A}/workspaceagents/${agent.id}/coordinate?version=2.0`, {
    holdMs: 2_000,
  });
  await client.terminal(agent.id, "sleep 2 && echo hello");
  await client.terminal(agent.id, "dd if=/dev/stdin of=/dev/null bs=1024 status=none");
  await client.play("POST", `${A}/workspaces/{uuid}/usage`, `${path}/usage`, {
    agent_id: agent.id,
    app_name: "ssh",
  });
}

async function playDelete(client: ConformClient, workspaces: readonly string[]): Promise<void> {
  const of = `${A}/workspaces/{uuid}`;
  for (const [index, id] of workspaces.entries()) {
    const at = `${A}/workspaces/${id}`;
    const ask = () => client.play("POST", `${of}/builds`, `${at}/builds`, { transition: "delete" });
    const { json: build } = await ask();
    await ask();
    if (index === 0) {
      await client.play(
        "PATCH",
        `${A}/workspacebuilds/{uuid}/cancel`,
        `${A}/workspacebuilds/${build.id}/cancel`,
      );
    }
    await client.follow(`${A}/workspacebuilds/{uuid}/logs`, `${A}/workspacebuilds/${build.id}/logs?follow`);
    const gone = await client.play("GET", of, at);
    if (gone.status === 410) continue;
    // Cancelled before it began: once more.
    const again = await ask();
    await client.follow(
      `${A}/workspacebuilds/{uuid}/logs`,
      `${A}/workspacebuilds/${again.json.id}/logs?follow`,
    );
    await client.play("GET", of, at);
  }
}
