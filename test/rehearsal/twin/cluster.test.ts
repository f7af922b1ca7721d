import { join } from "node:path";
import { expect, test } from "vitest";
import type { Cluster } from "../../../harness/model/ports/cluster.ts";
import { twinCluster } from "../../../rehearsal/twin/cluster.ts";
import { cluster, coder, CODER_ENV } from "./configuration.ts";
import { Twin } from "./workdir.ts";

const signal = AbortSignal.timeout(60_000);
const clusterOf = (twin: Twin): Cluster =>
  twinCluster(
    twin.root,
    { project: "p", region: "us-central1", zone: "us-central1-a", cluster: "a-gke" },
    join(twin.root, "faults.json"),
  );

async function coderStack(twin: Twin): Promise<string> {
  const cloud = twin.stack("cloud", cluster("a"));
  expect(await twin.apply(cloud)).toMatchObject({ exitCode: 0 });
  const { output: host } = await twin.terraform(cloud, ["output", "-raw", "host"]);
  return twin.stack("coder", coder(host, { replicaCount: 1, env: CODER_ENV }));
}

const secrets = { TF_VAR_db_password: "x" };

test("a control plane that goes away after its node pools refuses connections, and its nodes can be replaced", async () => {
  await using twin = await Twin.prepare({
    faults: [
      { op: "create", type: "google_container_node_pool", do: "control-plane-away", ms: 3_600_000 },
      { op: "nodes", do: "replace-node" },
    ],
  });
  const stack = await coderStack(twin);
  expect(await clusterOf(twin).look(signal)).toEqual({ state: "away", reason: "its status is RECONCILING" });
  expect((await twin.apply(stack, secrets)).output).toContain("connection refused");
  const looks = [await clusterOf(twin).nodes(signal), await clusterOf(twin).nodes(signal)];
  expect(looks).toMatchObject([
    { state: "seen", nodes: [{ name: "pool-0", uid: expect.stringMatching(/^[\da-f]+$/) as string }] },
    { state: "seen", nodes: [{ name: "pool-0", uid: expect.stringMatching(/-replaced$/) as string }] },
  ]);
});

test("an install whose connection ends stays pending, refuses the next one, and is forgotten when asked", async () => {
  await using twin = await Twin.prepare({
    faults: [{ op: "create", type: "helm_release", do: "control-plane-away", ms: 1 }],
  });
  const stack = await coderStack(twin);
  expect((await twin.apply(stack, secrets)).output).toContain("cluster unreachable");
  expect(await clusterOf(twin).look(signal)).toEqual({ state: "ready" });
  expect((await twin.apply(stack, secrets)).output).toContain("cannot re-use a name that is still in use");
  expect(await clusterOf(twin).forgetUnfinishedReleases(signal)).toEqual(["coder"]);
  expect(await twin.apply(stack, secrets)).toMatchObject({ exitCode: 0 });
  expect(await clusterOf(twin).forgetUnfinishedReleases(signal)).toEqual([]);
});
