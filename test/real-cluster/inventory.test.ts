import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { sharedClusterInventory } from "../../harness/inventory/kubernetes/shared/inventory.ts";
import { seenIn } from "../../harness/model/ports/listing.ts";
import { systemClock } from "../../harness/tools/time/clock.ts";
import {
  eventually,
  findRealCluster,
  inventedRun,
  NODE_IMAGE,
  narrowAccess,
  openRealCluster,
  plantTenant,
  type RealCluster,
} from "../support/real-cluster.ts";

const signal = new AbortController().signal;
const place = findRealCluster();

describe.skipIf(place === undefined)("the inventory of a real cluster", () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await openRealCluster(place!);
  });
  const inventory = (access = cluster.access) =>
    sharedClusterInventory({ access, clock: systemClock, cluster: "local" });

  test("lists what a run made, removes it, and touches nothing of a second tenant", async () => {
    const run = inventedRun();
    const tenant = await plantTenant(cluster);
    const before = await tenant.look();
    const namespace = `${run.prefix}-coder`;
    await cluster.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels: run.labels },
    });
    await cluster.create({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace, labels: run.labels },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    await cluster.create({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: run.prefix, labels: run.labels },
      rules: [],
    });
    const answer = await inventory().list({ runId: run.id }, signal);
    expect(answer.state).toBe("complete");
    expect(seenIn(answer).map(({ name }) => name)).toEqual(
      expect.arrayContaining([namespace, "data", run.prefix]),
    );
    // As a sweep does it: a namespace's objects and a claim's volume go some seconds later.
    const after = await eventually("everything is removed", async () => {
      for (const item of seenIn(await inventory().list({ runId: run.id }, signal)))
        expect(["removed", "gone", "in-use"]).toContain((await inventory().remove(item, signal)).state);
      const rest = await inventory().list({ runId: run.id }, signal);
      return seenIn(rest).length === 0 ? rest : undefined;
    });
    expect(after.state).toBe("complete");
    expect(await tenant.look()).toEqual(before);
  });

  test("says what holds a namespace that does not end", async () => {
    const run = inventedRun();
    const namespace = `${run.prefix}-coder`;
    const path = await cluster.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels: run.labels },
    });
    const held = await cluster.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "held", namespace, finalizers: ["example.com/never"] },
    });
    const letGo = async () => cluster.call("PATCH", held, signal, { metadata: { finalizers: null } });
    onTestFinished(async () => {
      await letGo();
    });
    await cluster.call("DELETE", path, signal);
    await eventually("the namespace's controller says what remains", async () => {
      const { status } = (await cluster.read(path)) as { status: { conditions?: unknown[] } };
      return status.conditions;
    });
    const [item] = seenIn(await inventory().list({ runId: run.id }, signal));
    expect(await inventory().remove(item!, signal)).toMatchObject({
      state: "in-use",
      reason: expect.stringContaining("example.com/never") as string,
    });
    await letGo();
    await eventually("the namespace ends", async () =>
      (await cluster.call("GET", path, signal)).state === "gone" ? true : undefined,
    );
  });

  test("leaves a namespace that holds what its run did not make, and names it", async () => {
    const run = inventedRun();
    const namespace = `${run.prefix}-coder`;
    const metadata = { name: namespace, labels: run.labels };
    await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata });
    const labels = { app: "somebodys" };
    const path = await cluster.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "somebodys", namespace },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "node", image: NODE_IMAGE }] } },
      },
    });
    const [item] = seenIn(await inventory().list({ runId: run.id }, signal));
    const reason = expect.stringContaining("deployments/somebodys") as string;
    expect(item).toMatchObject({ name: namespace, doubtful: reason });
    expect(await inventory().remove(item!, signal)).toMatchObject({ state: "denied", reason });
    expect(await cluster.read(path)).not.toHaveProperty("metadata.deletionTimestamp");
  });

  test("names the verb and the resource that the caller may not use, and calls nothing complete", async () => {
    const { access, name } = await narrowAccess(cluster, [
      { apiGroups: [""], resources: ["namespaces", "services"], verbs: ["list"] },
    ]);
    const answer = await inventory(access).list({ runId: inventedRun().id }, signal);
    expect(answer).toMatchObject({
      state: "failed",
      reason: expect.stringContaining(
        `User "system:serviceaccount:default:${name}" cannot list resource "persistentvolumes"`,
      ) as string,
    });
  });
});
