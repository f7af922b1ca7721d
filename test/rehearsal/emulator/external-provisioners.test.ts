import { expect, test } from "vitest";
import { closed, type Driver, emulated, eventually, type Json, refused } from "./driver.ts";

const LICENSED = { licence: "simulated", env: { CODER_PROVISIONER_DAEMONS: "0" } } as const;

async function keysOf(driver: Driver): Promise<string> {
  return `/api/v2/organizations/${await driver.organization()}/provisionerkeys`;
}

async function newKey(driver: Driver, name: string, tags = {}): Promise<string> {
  return (await driver.post(await keysOf(driver), { name, tags })).json.key;
}

async function daemons(driver: Driver, query = ""): Promise<Json[]> {
  const organization = await driver.organization();
  return (await driver.get(`/api/v2/organizations/${organization}/provisionerdaemons${query}`)).json;
}

async function connect(driver: Driver, name: string, key: string) {
  const path = `/api/v2/organizations/${await driver.organization()}/provisionerdaemons/serve?name=${name}`;
  return driver.socket(path, { "coder-provisioner-daemon-key": key });
}

async function connected(driver: Driver, name: string, key: string) {
  const socket = await connect(driver, name, key);
  await new Promise((resolve) => socket.once("open", resolve));
  return socket;
}

test("a key is made once, listed without its secret, and deleted by its name", async () => {
  await using driver = await open(LICENSED);
  const keys = await keysOf(driver);
  const made = await driver.post(keys, { name: "bench", tags: { zone: "a" } });
  expect(made).toMatchObject({ status: 201, json: { key: expect.stringMatching(/^\w{43}$/) } });
  expect((await driver.post(keys, { name: "Bench" })).status).toBe(409);
  for (const name of ["", "built-in", "x".repeat(65)])
    expect(await driver.post(keys, { name })).toMatchObject({
      status: 400,
      json: { validations: [{ field: "name" }] },
    });
  const listed = (await driver.get(keys)).json;
  expect(listed).toEqual([expect.objectContaining({ name: "bench", tags: { zone: "a" } })]);
  expect(JSON.stringify(listed)).not.toContain(made.json.key);
  expect((await driver.call("DELETE", `${keys}/bench`)).status).toBe(204);
  expect((await driver.call("DELETE", `${keys}/bench`)).status).toBe(404);
});

test.each([
  { licence: "none", status: 404, words: /Route not found/ },
  { licence: "absent", status: 403, words: /Premium feature/ },
] as const)(
  "without a licence ($licence) a key is refused with $status",
  async ({ licence, status, words }) => {
    await using driver = await open({ licence });
    const answer = await driver.post(await keysOf(driver), { name: "bench" });
    expect(answer).toMatchObject({ status, json: { message: expect.stringMatching(words) } });
    expect(await refused(await connect(driver, "p", "x"))).toBe(status);
  },
);

test("builds wait until a provisioner with a key connects, and then run on it", async () => {
  await using driver = await open(LICENSED);
  expect(await daemons(driver)).toEqual([]);
  const { latest_build: build } = await driver.workspace("w1");
  expect((await driver.get(`/api/v2/workspacebuilds/${build.id}`)).json.job.status).toBe("pending");
  expect(await refused(await connect(driver, "p-0", "wrong"))).toBe(401);
  await connected(driver, "p-0", await newKey(driver, "bench"));
  const built = await driver.built(build.id);
  expect(built.job).toMatchObject({ status: "succeeded", worker_name: "p-0" });
  expect(await daemons(driver)).toMatchObject([{ name: "p-0", key_name: "bench", status: "idle" }]);
});

test("a build runs only on provisioners with its template's tags, and one without tags only on those without", async () => {
  await using driver = await open(LICENSED);
  await connected(driver, "tagged", await newKey(driver, "tagged", { zone: "a", kind: "x" }));
  const { latest_build: untagged } = await driver.workspace("w1");
  const organization = await driver.organization();
  const { json: file } = await driver.call("POST", "/api/v2/files", "x".repeat(1024), {
    "content-type": "application/x-tar",
  });
  const tagged = await driver.post(`/api/v2/organizations/${organization}/templateversions`, {
    storage_method: "file",
    file_id: file.hash,
    provisioner: "terraform",
    tags: { zone: "a" },
  });
  expect(tagged.json.job.tags).toEqual({ zone: "a", owner: "", scope: "organization" });
  expect(tagged.json.matched_provisioners).toMatchObject({ count: 1 });
  await driver.followed(`/api/v2/templateversions/${tagged.json.id}/logs?follow`);
  expect((await driver.get(`/api/v2/workspacebuilds/${untagged.id}`)).json.job.status).toBe("pending");
  await connected(driver, "plain", await newKey(driver, "plain"));
  expect((await driver.built(untagged.id)).job).toMatchObject({ worker_name: "plain" });
});

test("a provisioner that goes away takes no job, fails the one that it had, and counts as offline later", async () => {
  await using driver = await open({ ...LICENSED, buildSpeed: 200 });
  const key = await newKey(driver, "bench");
  const socket = await connected(driver, "p-0", key);
  const { latest_build: build } = await driver.workspace("w1");
  await eventually(async () => (await daemons(driver))[0]?.status === "busy");
  socket.close();
  await closed(socket);
  const ended = await driver.built(build.id);
  expect(ended.job).toMatchObject({ status: "failed", error: expect.stringMatching(/detected as hung/) });
  await eventually(async () => (await daemons(driver)).length === 0);
  expect(await daemons(driver, "?offline=true")).toMatchObject([{ name: "p-0", status: "offline" }]);
  await connected(driver, "p-1", key);
  expect((await daemons(driver)).map(({ name }: Json) => name)).toEqual(["p-1"]);
});

async function open(changes: Parameters<typeof emulated>[0]) {
  const driver = await emulated(changes);
  return Object.assign(driver, { [Symbol.asyncDispose]: () => driver.close() });
}
