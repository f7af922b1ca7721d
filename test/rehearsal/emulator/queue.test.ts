import { expect, test } from "vitest";
import { BuildQueue } from "../../../rehearsal/emulator/build/queue.ts";
import { fails, stageDurations } from "../../../rehearsal/emulator/duration-model.ts";
import { emulated } from "./driver.ts";
import type { Json } from "./driver.ts";

/** A queue whose jobs end when the test ends them. */
function controlled(replicas: number, daemons: number) {
  const queue = new BuildQueue(replicas, daemons);
  const started: string[] = [];
  const end = new Map<string, () => void>();
  const submit = (id: string): void =>
    queue.submit({
      id,
      run: () => {
        started.push(id);
        return new Promise((resolve) => end.set(id, resolve));
      },
    });
  return { queue, started, submit, end: (id: string) => end.get(id)?.() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("never more jobs run than replicas times daemons, and every job runs", async () => {
  const { queue, started, submit, end } = controlled(2, 3);
  for (let n = 0; n < 40; n += 1) submit(`job-${n}`);
  await turn();
  let peak = 0;
  for (let n = 0; n < 40; n += 1) {
    peak = Math.max(peak, queue.running);
    expect(queue.running + queue.waiting).toBe(40 - n);
    end(`job-${n}`);
    await turn();
  }
  expect(peak).toBe(6);
  expect(queue.running).toBe(0);
  expect(started).toHaveLength(40);
});

test("jobs start in the order in which they came", async () => {
  const { started, submit, end } = controlled(1, 1);
  for (const id of ["a", "b", "c"]) submit(id);
  for (const id of ["a", "b", "c"]) {
    await turn();
    end(id);
  }
  expect(started).toEqual(["a", "b", "c"]);
});

test("the queue reports each waiting job's position, and lets the job leave", async () => {
  const { queue, submit, end, started } = controlled(1, 1);
  for (const id of ["a", "b", "c"]) submit(id);
  await turn();
  expect([queue.positionOf("a"), queue.positionOf("b"), queue.positionOf("c")]).toEqual([0, 1, 2]);
  expect(queue.withdraw("b")).toBe(true);
  expect(queue.withdraw("a")).toBe(false);
  expect(queue.positionOf("c")).toBe(1);
  end("a");
  await turn();
  expect(started).toEqual(["a", "c"]);
});

test("a job that throws gives its daemon back", async () => {
  const queue = new BuildQueue(1, 1);
  queue.submit({ id: "bad", run: () => Promise.reject(new Error("broken")) });
  await turn();
  await turn();
  expect(queue.running).toBe(0);
});

test.each([
  { share: 0, builds: 200, failing: 0 },
  { share: 0.01, builds: 200, failing: 2 },
  { share: 0.3, builds: 10, failing: 3 },
  { share: 1, builds: 7, failing: 7 },
])("$failing of $builds builds fail if the share is $share", ({ share, builds, failing }) => {
  const numbers = Array.from({ length: builds }, (_, index) => index + 1);
  expect(numbers.filter((n) => fails(n, share))).toHaveLength(failing);
});

test("a build's durations depend on its number alone", () => {
  expect(stageDurations(7, "start")).toEqual(stageDurations(7, "start"));
  expect(stageDurations(7, "start")).not.toEqual(stageDurations(8, "start"));
});

test("a deployment runs no more builds at once than it has daemons, and reports the busy ones", async () => {
  const driver = await emulated({ env: { CODER_PROVISIONER_DAEMONS: "2" }, buildSpeed: 40 });
  const organization = await driver.organization();
  await Promise.all(Array.from({ length: 8 }, (_, n) => driver.workspace(`w${n}`)));
  let peak = 0;
  for (;;) {
    const { json } = await driver.get("/api/v2/workspaces");
    const statuses: string[] = json.workspaces.map((workspace: Json) => workspace.latest_build.status);
    peak = Math.max(peak, statuses.filter((status) => status === "starting").length);
    const daemons = (await driver.get(`/api/v2/organizations/${organization}/provisionerdaemons`)).json;
    expect(daemons).toHaveLength(2);
    if (statuses.every((status) => status === "running")) break;
  }
  expect(peak).toBe(2);
  await driver.close();
});

test.each([
  { licence: "none", replicas: 4, daemons: 3 },
  { licence: "simulated", replicas: 4, daemons: 12 },
] as const)(
  "$replicas replicas with licence $licence have $daemons daemons of 3 each",
  async ({ licence, replicas, daemons }) => {
    const driver = await emulated({ licence, replicas, env: {} });
    const found = await driver.get(`/api/v2/organizations/${await driver.organization()}/provisionerdaemons`);
    expect(found.json).toHaveLength(daemons);
    expect((await driver.get("/api/v2/entitlements")).status).toBe(licence === "none" ? 404 : 200);
    await driver.close();
  },
);
