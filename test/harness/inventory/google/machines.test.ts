import { expect, test } from "vitest";
import { tokenAuth } from "../../../../harness/inventory/google/auth.ts";
import { readMachines } from "../../../../harness/inventory/google/machines.ts";
import type { MachinesAnswer } from "../../../../harness/model/ports/machines.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { MockGoogle } from "../../../../rehearsal/google-api/mock-google.ts";
import { LABELS, link, NAME, OTHER_RUN, RUN, signal } from "./project.ts";

const ZONE = "projects/some-project/zones/us-central1-a";
const SINCE = Date.UTC(2026, 10, 22, 8);

const machine = (name: string, cpuPlatform: string, labels: object = {}): object => ({
  name,
  cpuPlatform,
  labels: { ...LABELS, ...labels },
});
const operation = (type: string, name: string, endTime: string): object => ({
  operationType: `compute.instances.${type}`,
  targetLink: link(`${ZONE}/instances/${name}`),
  endTime,
});

async function read(spoil: (google: MockGoogle) => void = () => undefined): Promise<MachinesAnswer> {
  await using google = new MockGoogle();
  const endpoints = await google.start();
  google.documents.set(`compute/${ZONE}/instances`, {
    items: [
      machine(`${NAME}-runner`, "Intel Ice Lake"),
      machine("gke-node-a", "Intel Cascade Lake", { "goog-k8s-node-pool-name": `${NAME}-coder` }),
      machine("gke-node-b", "AMD Rome", { "goog-k8s-node-pool-name": `${NAME}-workspaces` }),
      machine("somebody-else-s-coder", "AMD Rome", { "bench-run": OTHER_RUN }),
    ],
  });
  google.documents.set(`compute/${ZONE}/operations`, {
    items: [
      operation("migrateOnHostMaintenance", "gke-node-b", "2026-11-22T00:30:00.000-08:00"),
      operation("migrateOnHostMaintenance", "gke-node-a", "2026-11-22T07:59:59Z"),
      operation("hostError", "somebody-else-s-coder", "2026-11-22T08:30:00Z"),
      operation("insert", "gke-node-a", "2026-11-22T08:30:00Z"),
    ],
  });
  spoil(google);
  const options = { project: "some-project", auth: tokenAuth("a-token"), endpoints, clock: fakeClock() };
  return await readMachines(options, { runId: RUN, zone: "us-central1-a" }, SINCE, signal);
}

test("the run's measured machines are read with their processors, and what Google did to its machines since then", async () => {
  expect(await read()).toEqual({
    state: "read",
    machines: [
      { name: `${NAME}-runner`, role: "runner", cpuPlatform: "Intel Ice Lake" },
      { name: "gke-node-a", role: "coder", cpuPlatform: "Intel Cascade Lake" },
    ],
    events: [{ machine: "gke-node-b", what: "moved to another host", at: "2026-11-22T08:30:00.000Z" }],
  });
});

test.each(["instances", "operations"])(
  "%s that may not be listed are reported, and are never read as empty",
  async (name) => {
    const answer = await read((google) => google.refuse({ match: `${ZONE}/${name}`, status: 403 }));
    expect(answer).toMatchObject({ state: "failed", reason: expect.stringContaining(name) });
  },
);
