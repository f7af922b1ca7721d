import { Agent } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { tokenAuth } from "../../../../harness/inventory/google/auth.ts";
import type { ListedCluster } from "../../../../harness/inventory/kubernetes/cluster.ts";
import { googleCluster } from "../../../../harness/inventory/google/cluster.ts";
import { awaitControlPlane } from "../../../../harness/pipeline/stages/await-control-plane.ts";
import { openContext } from "../../../../harness/pipeline/context/context.ts";
import type { Cluster } from "../../../../harness/model/ports/cluster.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { MockGoogle } from "../../../../rehearsal/google-api/mock-google.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";
import { RUN, signal } from "./project.ts";

const PLACE = { project: "some-project", region: "us-central1", zone: "us-central1-a", cluster: "bench-gke" };
const CLUSTER = "container/projects/some-project/locations/us-central1-a/clusters/bench-gke";
const INSTANCES = "compute/projects/some-project/zones/us-central1-a/instances";

async function asked<Answer>(
  documents: Readonly<Record<string, unknown>>,
  ask: (cluster: ListedCluster) => Promise<Answer>,
): Promise<Answer> {
  await using google = new MockGoogle();
  const endpoints = await google.start();
  for (const [path, document] of Object.entries(documents)) google.documents.set(path, document);
  const options = { project: "some-project", auth: tokenAuth("a-token"), endpoints, clock: fakeClock() };
  return await ask(googleCluster(options, PLACE, RUN));
}

const cluster = (status: string): object => ({
  status,
  // Nothing listens there.
  controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint: "127.0.0.1:1" } },
});

test("a control plane works if Google reports RUNNING and its API server answers at the DNS endpoint", async () => {
  const look = (status: string): Promise<unknown> =>
    asked({ [CLUSTER]: cluster(status) }, (one) => one.look(signal));
  expect(await look("RECONCILING")).toEqual({ state: "away", reason: "its status is RECONCILING" });
  expect(await look("RUNNING")).toMatchObject({
    state: "away",
    reason: expect.stringContaining("its API server does not answer") as string,
  });
});

test("a cluster that may not be asked is unknown", async () => {
  expect(await asked({}, (one) => one.look(signal))).toMatchObject({ state: "unknown" });
});

test("resources of a cluster that is gone, being made or deleted do not exist; without an answer they are unknown", async () => {
  const open = (documents: Readonly<Record<string, unknown>>): Promise<unknown> =>
    asked(documents, (one) => one.openContents(signal));
  expect(await open({})).toEqual({ state: "none" });
  for (const status of ["PROVISIONING", "STOPPING"])
    expect(await open({ [CLUSTER]: cluster(status) })).toEqual({ state: "none" });
  for (const status of ["RUNNING", "RECONCILING", "ERROR"])
    expect(await open({ [CLUSTER]: cluster(status) })).toMatchObject({
      state: "unknown",
      reason: expect.stringContaining("its API server does not answer") as string,
    });
  expect(await open({ [CLUSTER]: { status: "ERROR" } })).toEqual({
    state: "unknown",
    reason: "its status is ERROR, and it has no endpoint",
  });
});

test("a cluster is opened at its DNS endpoint as soon as it has one", async () => {
  const open = (documents: Readonly<Record<string, unknown>>): Promise<unknown> =>
    asked(documents, (one) => one.open(signal));
  expect(await open({ [CLUSTER]: cluster("RUNNING") })).toMatchObject({ server: "https://127.0.0.1:1" });
  await expect(open({ [CLUSTER]: { status: "PROVISIONING" } })).rejects.toMatchObject({
    code: "infrastructure",
    message: "cluster bench-gke cannot be reached: its status is PROVISIONING",
  });
  await expect(open({})).rejects.toThrow("cluster bench-gke cannot be reached: gone");
});

test("nodes are known by the ids of their machines and by their processors", async () => {
  const items = [{ name: "gke-a", id: "123", cpuPlatform: "Intel Ice Lake" }];
  expect(await asked({ [INSTANCES]: { items } }, (one) => one.nodes(signal))).toEqual({
    state: "seen",
    nodes: [{ name: "gke-a", uid: "123", cpuPlatform: "Intel Ice Lake" }],
  });
});

test("between the stacks a run waits for the cluster that Google resizes after its pools were made", async () => {
  const world = new FakeWorld();
  const { clock } = world;
  await using google = new MockGoogle({ clock });
  const endpoints = await google.start();
  await using apiServer = await google.startApiServer();
  const agent = new Agent({ connect: { ca: apiServer.caPem } });
  onTestFinished(() => agent.destroy());
  const post = (path: string, body: unknown): Promise<unknown> =>
    fetch(`${endpoints.container}projects/some-project/locations/us-central1-a/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
  await post("clusters", { cluster: { name: "bench-gke", releaseChannel: { channel: "REGULAR" } } });
  google.world.durationMs = () => 300_000;
  await post("clusters/bench-gke/nodePools", { nodePool: { name: "coder", initialNodeCount: 1 } });

  const auth = tokenAuth("a-token");
  const options = { project: "some-project", auth, endpoints, clock, dispatcher: agent };
  const one = googleCluster(options, PLACE, RUN);
  const looks: string[] = [];
  const watched: Cluster = {
    ...one,
    look: async (aborted) => {
      const look = await one.look(aborted);
      const words = look.state === "ready" ? "ready" : look.reason;
      if (looks.at(-1) !== words) looks.push(words);
      // Its API server comes back later than the cluster says.
      apiServer.status = apiServer.requests.length < 4 ? 500 : 200;
      return look;
    },
  };
  apiServer.status = 500;
  const settle = { quietMs: 0, controllersMs: 900_000, pollMs: 5_000 };
  const folder = await world.makeRun();
  const context = await openContext(folder, world.ports({ settle }), { signal, reporter: world.reporter });
  const sinceMs = clock.elapsed();
  await awaitControlPlane(context, watched, "bench-gke");
  expect(looks).toEqual([
    "its status is RECONCILING",
    "its API server is not ready (500: status 500)",
    "ready",
  ]);
  // 300 s of the operation, four refusals, and a minute of steady answers.
  expect((clock.elapsed() - sinceMs) / 1_000).toBe(400);
  expect(new Set(apiServer.requests)).toEqual(new Set(["GET /readyz"]));
});
