import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { kubernetesApi } from "../../../harness/kubernetes/api.ts";
import { readKubeconfig } from "../../../harness/kubernetes/kubeconfig.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { FakeKubernetes } from "../../support/fake-kubernetes.ts";
import { startTlsFront } from "../../support/network/tls-front.ts";

const signal = new AbortController().signal;

/** A kubeconfig with two contexts: `bench` and `other`. */
async function kubeconfig(server: string, user: object, more: object = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-kubeconfig-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "token"), "from-a-file\n");
  const file = join(folder, "config");
  const content = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "bench",
    contexts: [
      { name: "other", context: { cluster: "other", user: "other" } },
      { name: "bench", context: { cluster: "mine", user: "me", namespace: "default" } },
    ],
    clusters: [
      { name: "other", cluster: { server: "https://127.0.0.1:1" } },
      { name: "mine", cluster: { server, ...more } },
    ],
    users: [
      { name: "other", user: {} },
      { name: "me", user },
    ],
  };
  await writeFile(file, JSON.stringify(content));
  return file;
}

const PLUGIN = {
  apiVersion: "client.authentication.k8s.io/v1",
  command: "sh",
  args: ["-c", `printf '{"status":{"token":"%s"}}' "$WORD-plugin"`],
  env: [{ name: "WORD", value: "from" }],
};

test.each([
  ["a token", { token: "from-the-text" }, "Bearer from-the-text"],
  ["a token's file", { tokenFile: "token" }, "Bearer from-a-file"],
  ["a credential plugin", { exec: PLUGIN }, "Bearer from-plugin"],
  ["neither", {}, ""],
])("a caller with %s is identified by it", async (_name, user, authorization) => {
  await using api = new FakeKubernetes();
  const file = await kubeconfig(`${await api.start()}/`, user);
  const { context, access } = await readKubeconfig({ file, env: process.env });
  expect(context).toBe("bench");
  const call = kubernetesApi(access, fakeClock());
  expect(await call("GET", "/api/v1/namespaces?limit=1", signal)).toMatchObject({ state: "ok" });
  expect(api.tokens).toEqual([authorization]);
});

test("a cluster with a private certificate authority is trusted by its kubeconfig only", async () => {
  const api = new FakeKubernetes();
  const front = await startTlsFront(await api.start());
  onTestFinished(async () => {
    await api[Symbol.asyncDispose]();
    await front[Symbol.asyncDispose]();
  });
  const authority = { "certificate-authority-data": Buffer.from(front.caPem).toString("base64") };
  for (const [more, state] of [
    [authority, "ok"],
    [{}, "failed"],
  ] as const) {
    const file = await kubeconfig(front.url, { token: "t" }, more);
    const { access } = await readKubeconfig({ file, env: process.env });
    const call = kubernetesApi(access, fakeClock());
    expect(await call("GET", "/api/v1/namespaces?limit=1", signal)).toMatchObject({ state });
  }
});

test("the context is chosen by name, and a wrong name is refused with the existing ones", async () => {
  const file = await kubeconfig("https://127.0.0.1:2", { token: "t" });
  const other = await readKubeconfig({ file, context: "other", env: process.env });
  expect(other).toMatchObject({ context: "other", access: { server: "https://127.0.0.1:1" } });
  await expect(readKubeconfig({ file, context: "prod", env: process.env })).rejects.toThrow(
    `"prod" is not a context of kubeconfig ${file}: expected one of other, bench`,
  );
});

test("a damaged kubeconfig is refused without its secrets", async () => {
  const file = await kubeconfig("not a url", { token: ["s3cret"] });
  const failure = readKubeconfig({ file, env: process.env });
  await expect(failure).rejects.toThrow(
    /is not valid at clusters\.1\.cluster\.server, users\.1\.user\.token/,
  );
  await expect(failure).rejects.not.toThrow(/s3cret/);
  await expect(readKubeconfig({ file: `${file}-missing`, env: process.env })).rejects.toThrow(
    "cannot be read",
  );
});

test("a plugin that gives no token makes the call denied, with what to try", async () => {
  const exec = { ...PLUGIN, args: ["-c", "exit 3"] };
  const file = await kubeconfig("https://127.0.0.1:1", { exec });
  const { access } = await readKubeconfig({ file, env: process.env });
  const call = kubernetesApi(access, fakeClock());
  expect(await call("GET", "/api/v1/namespaces", signal)).toMatchObject({
    state: "denied",
    reason: expect.stringContaining("gave no token: run kubectl with this kubeconfig") as string,
  });
});
