import { expect, test } from "vitest";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import type { WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import type { BootstrapTask, IssueKeyTask } from "../../../../harness/model/ports/worker-task.ts";
import { runBootstrap } from "../../../../harness/workload/setup/bootstrap.ts";
import { runIssueKey } from "../../../../harness/workload/setup/issue-key.ts";
import { connectProvisioners } from "../../../../rehearsal/provisioner/connect.ts";
import { refusing } from "../../../support/coder/coder-faults.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { leapingClock } from "../../../support/leaping-clock.ts";

const LICENSED = { seeded: false, replicas: 2, daemons: 0 };
const NEW = {
  admin: { email: "admin@example.com", username: "admin", password: "correct horse" },
  timeoutMs: 20_000,
};

async function issueKey(
  { url }: { readonly url: string },
  key: Partial<IssueKeyTask["key"]> = {},
  clock = systemClock,
) {
  const events: WorkerEvent[] = [];
  const result = await runIssueKey(
    {
      ...NEW,
      task: "issueKey",
      deployment: { url, ssh: "none" },
      replicas: 2,
      key: { name: "bench-provisioners", tags: { zone: "a" }, ...key },
    },
    { signal: new AbortController().signal, clock, emit: (event) => events.push(event) },
  );
  return { ...result, events };
}

async function bootstrap({ url }: { readonly url: string }, count: number, clock = systemClock) {
  const notes: string[] = [];
  const task: BootstrapTask = {
    ...NEW,
    task: "bootstrap",
    deployment: { url, ssh: "none" },
    template: { name: "t", files: { "main.tf": "# hello" }, variables: {}, tags: { zone: "a" } },
    expect: { replicas: 2, provisionerDaemons: count, provisionerKey: "bench-provisioners" },
  };
  const result = await runBootstrap(task, {
    signal: new AbortController().signal,
    clock,
    emit: (event) => {
      if (event.type === "note") notes.push(event.message);
    },
  });
  return { ...result, notes };
}

test("the key has its tags, provisioners connect with its secret, and the template's import runs on them", async () => {
  await using coder = await startEmulatedCoder(LICENSED);
  const { secret = "", id, events } = await issueKey(coder);
  expect([...coder.world.provisionerKeys.values()]).toEqual([
    expect.objectContaining({ id, secret, tags: { zone: "a" } }),
  ]);
  expect(JSON.stringify(events)).not.toContain(secret);
  const provisioners = await connectProvisioners(configOf(coder, secret, 3));
  const { provisionerDaemons, notes } = await bootstrap(coder, 3);
  expect(provisionerDaemons).toBe(3);
  expect(notes).toContain("live: 2 replicas with 3 external provisioners");
  expect([...coder.world.versions.values()].map(({ job }) => job.tags["zone"])).toEqual(["a"]);
  provisioners.close();
});

test("a key whose secret the caller has stays; one whose secret is lost is replaced", async () => {
  await using coder = await startEmulatedCoder(LICENSED);
  const first = await issueKey(coder);
  expect(await issueKey(coder, { knownId: first.id })).toMatchObject({ id: first.id });
  expect((await issueKey(coder, { knownId: first.id })).secret).toBeUndefined();
  const again = await issueKey(coder);
  expect(again.id).not.toBe(first.id);
  expect(again.secret).not.toBe(first.secret);
  expect([...coder.world.provisionerKeys.values()].map(({ id }) => id)).toEqual([again.id]);
});

test.each([
  { licence: "absent", words: /external_provisioner_daemons is not enabled/ },
  { licence: "none", words: /external_provisioner_daemons is not enabled .*accepts no licence/ },
] as const)("no key is asked for without the feature ($licence)", async ({ licence, words }) => {
  await using coder = await startEmulatedCoder({ ...LICENSED, licence });
  await expect(issueKey(coder, {}, leapingClock())).rejects.toMatchObject({
    code: "coder",
    message: expect.stringMatching(words),
  });
  expect(coder.calls.filter((call) => call.includes("provisionerkeys"))).toEqual([]);
});

test.each([
  { status: 403, words: /cannot be made: .*expected a licence with external_provisioner_daemons/ },
  { status: 404, words: /this build of Coder has no external provisioners/ },
  { status: 500, words: /cannot be made: POST .*500/ },
])("a refused key ($status) is an error that says what to do", async ({ status, words }) => {
  await using coder = await startEmulatedCoder({
    ...LICENSED,
    answers: [refusing(/^POST .*provisionerkeys$/, status)],
  });
  await expect(issueKey(coder)).rejects.toThrow(words);
});

test.each([0, 2])(
  "%d of 3 provisioners that come are an error that counts them and says where to look",
  async (count) => {
    await using coder = await startEmulatedCoder(LICENSED);
    const { secret = "" } = await issueKey(coder);
    const provisioners = await connectProvisioners(configOf(coder, secret, count));
    await expect(bootstrap(coder, 3, leapingClock())).rejects.toMatchObject({
      code: "coder",
      message: expect.stringMatching(
        new RegExp(
          `^${count} of 3 external provisioners connected with key bench-provisioners: look at the pods`,
        ),
      ),
    });
    provisioners.close();
  },
);

test("a provisioner with another key is not taken for one of the run's", async () => {
  await using coder = await startEmulatedCoder(LICENSED);
  const { secret = "" } = await issueKey(coder);
  const other = await issueKey(coder, { name: "other" });
  const own = await connectProvisioners(configOf(coder, secret, 1));
  const strangers = await connectProvisioners(configOf(coder, other.secret ?? "", 1));
  await expect(bootstrap(coder, 2, leapingClock())).rejects.toThrow(
    /^1 of 2 external provisioners connected .*beside 1 provisioner with another key/,
  );
  own.close();
  strangers.close();
});

test("a refused provisioner says why, and none is connected", async () => {
  await using coder = await startEmulatedCoder(LICENSED);
  await issueKey(coder);
  const { ready, close } = await connectProvisioners(configOf(coder, "wrong", 2));
  expect(ready).toMatchObject({ connected: 0, refused: expect.stringContaining("401") });
  close();
});

function configOf({ url }: { readonly url: string }, key: string, count: number) {
  const names = Array.from({ length: count }, (_, index) => `p-${index}`);
  return { schemaVersion: 1 as const, url, key, names, speed: 1_000 };
}
