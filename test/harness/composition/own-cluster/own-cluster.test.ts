import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ownClusterInventory } from "../../../../harness/composition/own-cluster/compose.ts";
import { lookAtOwnCluster } from "../../../../harness/composition/own-cluster/look.ts";
import {
  findChart,
  openOwnCluster,
  reopenOwnCluster,
} from "../../../../harness/composition/own-cluster/open.ts";
import { FakeKubernetes } from "../../../support/fake-kubernetes.ts";
import { CLUSTER, node } from "../../inventory/preflight/kubernetes/ready-cluster.ts";

const signal = new AbortController().signal;
const RUN = "01kb3v9x2m7q8r5t6w4y1z0abc";

/** A cluster with one node, and a folder with a kubeconfig of two contexts. */
async function cluster() {
  const api = new FakeKubernetes();
  const server = await api.start();
  const cwd = await mkdtemp(join(tmpdir(), "refbench-own-"));
  onTestFinished(async () => {
    await api[Symbol.asyncDispose]();
    await rm(cwd, { recursive: true });
  });
  api.put("/api/v1", undefined, "namespaces", { metadata: { name: "kube-system", uid: CLUSTER } });
  api.put("/api/v1", undefined, "nodes", node("one"));
  const write = (url: string): Promise<void> =>
    writeFile(
      join(cwd, "config"),
      JSON.stringify({
        "current-context": "other",
        contexts: ["other", "bench"].map((name) => ({ name, context: { cluster: name, user: "me" } })),
        clusters: [
          { name: "other", cluster: { server: "https://127.0.0.1:1" } },
          { name: "bench", cluster: { server: url } },
        ],
        users: [{ name: "me", user: { token: "a-token" } }],
      }),
    );
  await write(server);
  const io = { cwd, env: { HOME: cwd } as NodeJS.ProcessEnv };
  const open = () => openOwnCluster({ kubeconfig: "config", context: "bench" }, io);
  return { api, server, cwd, io, open, write };
}

test("a context is never guessed: without one, those that there are are named", async () => {
  const { io } = await cluster();
  await expect(openOwnCluster({ kubeconfig: "config" }, io)).rejects.toThrow(
    /--context is missing, and a cluster is never guessed: expected one of the contexts of \S+config: other, bench;/,
  );
});

test("the kubeconfig is the flag's, else the only one of KUBECONFIG", async () => {
  const { cwd, io, server } = await cluster();
  const place = { kubeconfig: join(cwd, "config"), context: "bench", server };
  expect((await openOwnCluster({ kubeconfig: "config", context: "bench" }, io)).place).toEqual(place);
  const env = { ...io.env, KUBECONFIG: join(cwd, "config") };
  expect((await openOwnCluster({ context: "bench" }, { ...io, env })).place).toEqual(place);
  const several = { ...io, env: { ...io.env, KUBECONFIG: "a:b" } };
  await expect(openOwnCluster({ context: "bench" }, several)).rejects.toThrow("KUBECONFIG names 2 files");
});

test("a later process works at the run's own server only", async () => {
  const { io, open, write } = await cluster();
  const { place } = await open();
  await reopenOwnCluster(place, io.env);
  await write("https://127.0.0.1:2");
  await expect(reopenOwnCluster(place, io.env)).rejects.toThrow(
    /leads to https:\/\/127\.0\.0\.1:2, but the run/,
  );
});

test("a run knows the cluster by its identity, and the nodes that take its pods", async () => {
  const { api, open } = await cluster();
  api.put("/api/v1", undefined, "nodes", node("two"));
  const cordoned = node("three");
  api.put("/api/v1", undefined, "nodes", { ...cordoned, spec: { unschedulable: true } });
  expect(await lookAtOwnCluster(await open(), {}, signal)).toEqual({ uid: CLUSTER, nodes: 2 });
  await expect(lookAtOwnCluster(await open(), { nodeSelector: { pool: "bench" } }, signal)).rejects.toThrow(
    "has no ready node with pool=bench that accepts pods",
  );
});

test("the URL of an own Postgres is read from its Secret, and no message has its value", async () => {
  const { api, open } = await cluster();
  const secret = (url: string): object => ({ data: { url: Buffer.from(url).toString("base64") } });
  const databaseUrlSecret = { namespace: "databases", name: "coder", key: "url" };
  const look = async () => lookAtOwnCluster(await open(), { databaseUrlSecret }, signal);
  await expect(look()).rejects.toThrow(
    '--database-url-secret is "databases/coder:url", which cannot be read',
  );
  const put = (url: string): void => {
    api.put("/api/v1", "databases", "secrets", { metadata: { name: "coder" }, ...secret(url) });
  };
  put("mysql://coder:hidden@db/coder");
  const error: unknown = await look().catch((thrown: unknown) => thrown);
  expect(String(error)).toContain("whose value is not a URL such as postgres://");
  expect(String(error)).not.toContain("hidden");
  put("postgres://coder:hidden@db/coder");
  expect(await look()).toMatchObject({ databaseUrl: "postgres://coder:hidden@db/coder" });
});

test("another cluster at the same address cannot answer that nothing is left", async () => {
  const { open } = await cluster();
  const { access } = await open();
  const ask = (uid: string) =>
    ownClusterInventory(access, { context: "bench", uid }).list({ runId: RUN }, signal);
  expect(await ask("another-uid")).toMatchObject({
    state: "failed",
    reason: expect.stringContaining(`the uid ${CLUSTER}, expected another-uid`) as string,
  });
});

test("a chart is a URL, or a path that exists", async () => {
  const { io, cwd } = await cluster();
  expect(await findChart("oci://charts.internal/coder", io)).toBe("oci://charts.internal/coder");
  expect(await findChart("config", io)).toBe(join(cwd, "config"));
  await expect(findChart("nowhere", io)).rejects.toThrow('--chart is "nowhere", which cannot be read');
});
