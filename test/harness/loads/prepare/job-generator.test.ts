import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openJobGenerator } from "../../../../harness/loads/prepare/job-generator.ts";
import type { LoadFlags } from "../../../../harness/loads/request/flags.ts";
import { newRunId, run12 } from "../../../../harness/model/run-id.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { newFolder } from "../../../support/command/refbench-process.ts";
import { FakeKubernetes } from "../../../support/fake-kubernetes.ts";

const signal = new AbortController().signal;
const coder = { url: "https://coder.example.com", token: "t" };

/** A cluster that answers, and a load by its pods. */
async function opened(
  flags: Partial<LoadFlags> = {},
  task: Parameters<typeof loadTaskFor>[1] = {},
  url = coder.url,
) {
  const api = new FakeKubernetes();
  const server = await api.start();
  const cwd = await newFolder();
  onTestFinished(async () => {
    await api[Symbol.asyncDispose]();
    await rm(cwd, { recursive: true });
  });
  const content = {
    contexts: [{ name: "bench", context: { cluster: "one", user: "me" } }],
    clusters: [{ name: "one", cluster: { server } }],
    users: [{ name: "me", user: { token: "a-token" } }],
  };
  await writeFile(join(cwd, "config"), JSON.stringify(content));
  const runId = newRunId();
  const asked = { kubeconfig: "config", context: "bench", timeout: 3_600_000, ...flags } as LoadFlags;
  const io = { cwd, env: { HOME: cwd } } as unknown as Parameters<typeof openJobGenerator>[1];
  const load = loadTaskFor({ ...coder, url }, task);
  return { api, runId, server, load, open: () => openJobGenerator(asked, io, { runId, task: load }) };
}

test("a plan says how many pods are made and where, and makes nothing", async () => {
  const { api, open, runId, server } = await opened({ image: "registry.example.com/node:22" }, { parts: 2 });
  const { plan, left } = await open();
  expect(plan).toMatch(/^2 pods of \d+ MiB and [\d.]+ CPU in namespace /);
  expect(plan).toContain(
    `in namespace bench-${run12(runId)}-load of context bench (${server}); image registry.example.com/node:22`,
  );
  expect(left()).toEqual([]);
  expect(api.requests.filter((line) => !line.startsWith("GET"))).toEqual([]);
  expect((await (await opened({ loadNamespace: "team" })).open()).plan).toContain("in namespace team of");
});

test.each([
  ["an address of this machine", {}, "http://127.0.0.1:3000", "is an address of this machine"],
  [
    "a client of this machine",
    { deployment: { ...coder, ssh: "stdio", coderBinary: "/usr/bin/coder" } },
    coder.url,
    "cannot come from pods",
  ],
] as const)(
  "a load that needs %s is refused before the cluster is asked",
  async (_name, task, url, words) => {
    const { api, open } = await opened({}, task, url);
    await expect(open()).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining(words) as string,
    });
    expect(api.requests).toEqual([]);
  },
);

test("a caller without a right is refused as a wrong request, and nothing is created", async () => {
  const { api, open, load } = await opened({ loadNamespace: "team" });
  api.forbidden.add("create pods/exec");
  const { worker, left } = await open();
  await expect(worker.load(load, { signal, onEvent: () => undefined })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("not granted are create pods/exec;") as string,
  });
  expect(left()).toEqual([]);
  expect(api.requests.filter((line) => /jobs|configmaps/.test(line))).toEqual([]);
});

test("conditions name the pods and their image, and say when the nodes are not known", async () => {
  const { conditions } = await (await opened({}, { parts: 2 })).open();
  expect(await conditions()).toEqual([
    expect.stringMatching(/^generator: 2 pods of a Job on unknown nodes, image docker\.io\/library\/node:/),
    "generator: whether it shared a machine with Coder is not known",
  ]);
});
