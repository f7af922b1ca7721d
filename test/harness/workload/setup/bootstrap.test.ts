import { extract } from "tar-stream";
import { expect, test } from "vitest";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import type { Clock } from "../../../../harness/tools/time/clock.ts";
import type { WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import type { BootstrapTask } from "../../../../harness/model/ports/worker-task.ts";
import { runBootstrap } from "../../../../harness/workload/setup/bootstrap.ts";
import { answering, withFields } from "../../../support/coder/coder-faults.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { leapingClock } from "../../../support/leaping-clock.ts";

const FRESH = { seeded: false, replicas: 2, daemons: 2 };

function taskFor(coder: { readonly url: string }, overrides: Partial<BootstrapTask> = {}): BootstrapTask {
  return {
    task: "bootstrap",
    deployment: { url: coder.url, ssh: "tunnel" },
    admin: { email: "admin@example.com", username: "admin", password: "correct horse" },
    template: { name: "kubernetes", files: { "main.tf": "# hello" }, variables: { bench_run: "r1" } },
    expect: { replicas: 2, provisionerDaemons: 4 },
    timeoutMs: 20_000,
    ...overrides,
  };
}

async function bootstrap(task: BootstrapTask, clock: Clock = systemClock) {
  const events: WorkerEvent[] = [];
  const signal = new AbortController().signal;
  const result = await runBootstrap(task, { signal, clock, emit: (event) => events.push(event) });
  return { result, events };
}

test("bootstrap ends with a site admin's token that works and the template in place", async () => {
  await using coder = await startEmulatedCoder(FRESH);
  const { result } = await bootstrap(taskFor(coder));
  expect(result).toMatchObject({
    stopped: false,
    organizationId: coder.world.organization.id,
    deploymentId: coder.world.deploymentId,
    coderVersion: "v2.31.0",
    replicas: 2,
    provisionerDaemons: 4,
  });
  const me = await fetch(`${coder.url}/api/v2/users/me`, {
    headers: { "coder-session-token": result.token },
  });
  expect(await me.json()).toMatchObject({ username: "admin" });
  expect(coder.calls).toContain("POST /users/me/keys/tokens");
});

test("the template is uploaded as a ustar archive of its files", async () => {
  await using coder = await startEmulatedCoder(FRESH);
  await bootstrap(taskFor(coder));
  const [tar] = coder.uploads();
  expect(tar!.subarray(257, 265).toString("latin1")).toBe("ustar\u000000");
  expect(await entriesOf(tar!)).toEqual({ "main.tf": "# hello" });
});

test("bootstrap run again logs in and gives the same template a further version", async () => {
  await using coder = await startEmulatedCoder(FRESH);
  const task = taskFor(coder, { template: { ...taskFor(coder).template, name: "fresh" } });
  const first = await bootstrap(task);
  const second = await bootstrap(task);
  expect(second.result.templateId).toBe(first.result.templateId);
  expect(second.result.templateVersionId).not.toBe(first.result.templateVersionId);
  expect(coder.world.versions.size).toBe(2);
});

test("a deployment with another first user is refused with the reason", async () => {
  await using coder = await startEmulatedCoder(FRESH);
  await bootstrap(taskFor(coder));
  const stranger = { email: "b@example.com", username: "b", password: "other" };
  await expect(bootstrap(taskFor(coder, { admin: stranger }))).rejects.toThrow(
    /another first user exists.*401 Incorrect email or password/,
  );
});

test("other replicas or daemons than expected are an error that names both", async () => {
  await using coder = await startEmulatedCoder({ seeded: false, daemons: 3 });
  await expect(bootstrap(taskFor(coder), leapingClock())).rejects.toMatchObject({
    code: "coder",
    message: expect.stringMatching(/live: 1 replica with 3 provisioner daemons, expected 2 replicas with 4/),
  });
});

test("more daemons than expected are as wrong as fewer", async () => {
  await using coder = await startEmulatedCoder({ seeded: false, replicas: 2, daemons: 3 });
  await expect(bootstrap(taskFor(coder), leapingClock())).rejects.toThrow(
    /2 replicas with 6 provisioner daemons/,
  );
});

test("a failed import is reported in Coder's words", async () => {
  await using coder = await startEmulatedCoder({
    ...FRESH,
    answers: [
      withFields(/^GET \/templateversions\/[^/]+$/, {
        job: { status: "failed", created_at: "2026-11-30T00:00:00Z", error: "exit status 1" },
      }),
      answering(/^GET \/templateversions\/[^/]+\/logs$/, [
        { output: "Initializing", log_level: "debug" },
        { output: "Error: Unsupported block type", log_level: "error" },
        { output: "on main.tf line 3", log_level: "error" },
      ]),
    ],
  });
  await expect(bootstrap(taskFor(coder))).rejects.toThrow(
    /import of template kubernetes failed: exit status 1 \/ Error: Unsupported block type \/ on main.tf line 3$/,
  );
});

test("a licence on a build without licences is refused, and not printed", async () => {
  await using coder = await startEmulatedCoder({ seeded: false, daemons: 4 });
  const error = await bootstrap(taskFor(coder, { licence: "secret-licence" })).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: "coder", message: expect.stringContaining("accepts no licences") });
  expect(String(error)).not.toContain("secret-licence");
});

test("a Coder that never answers is an error that names the address", async () => {
  const url = await closedPort();
  await expect(bootstrap(taskFor({ url }, { timeoutMs: 2000 }), leapingClock())).rejects.toThrow(
    new RegExp(`Coder at ${url} was not healthy within 2000 ms`),
  );
});

async function closedPort(): Promise<string> {
  const coder = await startEmulatedCoder();
  await coder[Symbol.asyncDispose]();
  return coder.url;
}

async function entriesOf(tar: Buffer): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    entries[entry.header.name] = Buffer.concat(chunks).toString();
  }
  return entries;
}
