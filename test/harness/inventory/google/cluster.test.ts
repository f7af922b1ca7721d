import { expect, test } from "vitest";
import { tokenAuth } from "../../../../harness/inventory/google/auth.ts";
import { googleCluster } from "../../../../harness/inventory/google/cluster.ts";
import type { Cluster } from "../../../../harness/model/cluster.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { MockGoogle } from "../../../../harness/rehearsal/google-api/mock-google.ts";
import { RUN, signal } from "./project.ts";

const PLACE = { project: "some-project", region: "us-central1", zone: "us-central1-a", cluster: "bench-gke" };
const CLUSTER = "container/projects/some-project/locations/us-central1-a/clusters/bench-gke";
const INSTANCES = "compute/projects/some-project/zones/us-central1-a/instances";

async function asked<Answer>(
  documents: Readonly<Record<string, unknown>>,
  ask: (cluster: Cluster) => Promise<Answer>,
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

test("a control plane works when Google says RUNNING and its API server answers at the DNS endpoint", async () => {
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

test("nodes are known by the ids of their machines and by their processors", async () => {
  const items = [{ name: "gke-a", id: "123", cpuPlatform: "Intel Ice Lake" }];
  expect(await asked({ [INSTANCES]: { items } }, (one) => one.nodes(signal))).toEqual({
    state: "seen",
    nodes: [{ name: "gke-a", uid: "123", cpuPlatform: "Intel Ice Lake" }],
  });
});
