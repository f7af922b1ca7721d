import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { kubernetesApi } from "../../../harness/kubernetes/api.ts";
import { readKubeconfig } from "../../../harness/kubernetes/kubeconfig.ts";
import { RefbenchError } from "../../../harness/tools/error.ts";
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
  ["a name and a password", { username: "me", password: "pw" }, "Basic bWU6cHc="],
  ["nothing", {}, ""],
])("a caller with %s is identified by it", async (_name, user, authorization) => {
  await using api = new FakeKubernetes();
  const file = await kubeconfig(`${await api.start()}/`, user);
  const { context, access } = await readKubeconfig({ file, context: "bench", env: process.env });
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
    const { access } = await readKubeconfig({ file, context: "bench", env: process.env });
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
  const refused = async (file: string, context = "bench"): Promise<string> =>
    readKubeconfig({ file, context, env: process.env }).then(
      () => "accepted",
      (error: unknown) => (error instanceof RefbenchError ? error.message : "another error"),
    );
  const broken = await kubeconfig("https://127.0.0.1:1", {});
  await writeFile(broken, 'users:\n  - user: { token: "s3cret\n  x: [');
  expect(await refused(broken)).toBe(
    `kubeconfig ${broken} is not valid: it is not YAML; check it with "kubectl config view"`,
  );
  expect(await refused(await kubeconfig("no url", { token: "s3cret" }))).toMatch(
    /: the server of cluster "mine" is not a URL; /,
  );
  expect(await refused(await kubeconfig("https://127.0.0.1:1", { token: ["s3cret"] }))).toMatch(
    /: the token of user "me" is not text; /,
  );
  expect(await refused(`${broken}-missing`)).toContain("cannot be read");
});

test("a file that the kubeconfig names and that is missing is named", async () => {
  const file = await kubeconfig("https://127.0.0.1:1", { "client-certificate": "gone.pem" });
  await expect(readKubeconfig({ file, context: "bench", env: process.env })).rejects.toThrow(
    `${join(dirname(file), "gone.pem")}, which kubeconfig ${file} names, cannot be read: ENOENT`,
  );
});

test.each([
  ["an hour", 3_600_000, ["Bearer t1", "Bearer t1"]],
  ["no time", 0, ["Bearer t1", "Bearer t2"]],
])("a plugin's credential that is good for %s", async (_name, forMs, tokens) => {
  await using api = new FakeKubernetes();
  const end = new Date(Date.now() + forMs).toISOString();
  const script = `printf x >> "$0"; printf '{"status":{"token":"t%s","expirationTimestamp":"${end}"}}' $(wc -c < "$0")`;
  const count = join(await mkdtemp(join(tmpdir(), "refbench-plugin-")), "count");
  onTestFinished(() => rm(dirname(count), { recursive: true }));
  const exec = { ...PLUGIN, args: ["-c", script, count] };
  const file = await kubeconfig(await api.start(), { exec });
  const { access } = await readKubeconfig({ file, context: "bench", env: process.env });
  const call = kubernetesApi(access, fakeClock());
  await call("GET", "/api/v1/namespaces?limit=1", signal);
  await call("GET", "/api/v1/namespaces?limit=1", signal);
  expect(api.tokens).toEqual(tokens);
});

test("a plugin that gives no token makes the call denied, with what to try", async () => {
  const exec = { ...PLUGIN, args: ["-c", "exit 3"] };
  const file = await kubeconfig("https://127.0.0.1:1", { exec });
  const { access } = await readKubeconfig({ file, context: "bench", env: process.env });
  const call = kubernetesApi(access, fakeClock());
  expect(await call("GET", "/api/v1/namespaces", signal)).toMatchObject({
    state: "denied",
    reason: expect.stringContaining("gave no token: run kubectl with this kubeconfig") as string,
  });
});
