import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { IssueKeyTask } from "../../../../harness/model/ports/worker-task.ts";
import type { IssuedKey } from "../../../../harness/model/record/worker-result.ts";
import type { RunRequest } from "../../../../harness/pipeline/making/make-run.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import { openContext } from "../../../../harness/pipeline/context/context.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import { findSecrets } from "../../../../harness/pipeline/folder/secrets.ts";
import { LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { bootstrap } from "../../../../harness/pipeline/stages/bootstrap.ts";
import { provision } from "../../../../harness/pipeline/stages/provision.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

const EXTERNAL = {
  ...{ users: "2", workspaces: "2", "connections.total": "4", licensed: "true" },
  ...{ provisioners: "external", "coder.daemonsPerReplica": "0", concurrentBuilds: "2" },
  ...{ "externalProvisioners.count": "2", "externalProvisioners.tags": "zone=a" },
  "machines.provisioners.nodes": "1",
};

interface Options {
  readonly request?: Partial<RunRequest>;
  /** What the worker answers, one key after the other. @default a new key each time */
  readonly issue?: (task: IssueKeyTask) => Omit<IssuedKey, "stopped">;
  /** Which terraform apply fails, counted from 1. */
  readonly failApply?: number;
}

/** A world in which each apply notes the variables that it got. */
async function world({ request = {}, issue, failApply }: Options = {}) {
  const fake = new FakeWorld();
  const folder = await fake.makeRun(EXTERNAL, request);
  const applies: string[] = [];
  const tasks: IssueKeyTask[] = [];
  const plain = fake.ports();
  let keys = 0;
  const ports = fake.ports({
    terraform: {
      ...plain.terraform,
      apply: (directory, options) => {
        const { TF_VAR_provisioners: count = "0", TF_VAR_provisioner_key: key = "none" } = options.env;
        applies.push(`${directory.split("/").at(-1) ?? ""} ${count} ${key}`);
        return applies.length === failApply
          ? Promise.reject(new RefbenchError("infrastructure", "killed"))
          : plain.terraform.apply(directory, options);
      },
    },
    worker: {
      ...plain.worker,
      issueKey: (task) => {
        tasks.push(task);
        fake.calls.push("issueKey");
        keys += 1;
        return Promise.resolve({
          stopped: false,
          ...(issue?.(task) ?? { id: `id-${keys}`, secret: `secret-of-provisioners-${keys}` }),
        });
      },
    },
  });
  return { fake, folder, ports, applies, tasks };
}

type Made = Awaited<ReturnType<typeof world>>;

async function play({ fake, folder, ports }: Made) {
  const options = { reporter: fake.reporter, signal: new AbortController().signal };
  const book = new LeaseBook(folder.leases, fake.clock);
  const standIn = await book.acquire(ownIdentity());
  await executeRun(folder, ports, options);
  await book.release(standIn);
  await reap(folder, ports, options);
  return (await findFinalRecord(folder))!;
}

async function contextOf({ fake, folder, ports }: Made) {
  return openContext(folder, ports, { reporter: fake.reporter, signal: new AbortController().signal });
}

test("provisioners are deployed between their key and the template, and outlive everything but their stack", async () => {
  const made = await world();
  const record = await play(made);
  expect(made.fake.calls.filter((call) => !call.startsWith("remove"))).toEqual([
    ...["apply gke-cloud", "apply gke-coder", "issueKey", "apply gke-coder", "bootstrap", "load"],
    ...["drain", "destroy gke-coder", "destroy gke-cloud"],
  ]);
  expect(made.applies).toEqual([
    "gke-cloud 0 none",
    "gke-coder 0 none",
    "gke-coder 2 secret-of-provisioners-1",
  ]);
  expect(made.tasks[0]?.key).toEqual({
    name: expect.stringMatching(/^bench-.*-provisioners$/),
    tags: { zone: "a" },
  });
  expect(record.load).toMatchObject({ externalProvisioners: 2, daemonsPerReplica: 0 });
});

test("the key is in secrets.json, which only the user can read, and in no other file of the run", async () => {
  const made = await world();
  await play(made);
  const { folder } = made;
  expect((await findSecrets(folder))?.provisioners).toEqual({
    keyId: "id-1",
    key: "secret-of-provisioners-1",
    count: 2,
  });
  expect(statSync(folder.secrets).mode & 0o777).toBe(0o600);
  const files = readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => readFileSync(file, "utf8").includes("secret-of-provisioners"));
  expect(files).toEqual([folder.secrets]);
});

test("a run whose apply of the provisioners fails is torn down to nothing", async () => {
  const made = await world({ failApply: 3 });
  const record = await play(made);
  expect(record.teardown).toMatchObject({ state: "clean" });
  expect(made.fake.calls).not.toContain("load");
  expect(made.fake.items.size).toBe(0);
});

test("a bootstrap that was killed before its apply keeps the key, and applies", async () => {
  const made = await world({
    failApply: 3,
    issue: ({ key: { knownId } }) =>
      knownId === undefined ? { id: "k", secret: "the-only-secret" } : { id: "k" },
  });
  const context = await contextOf(made);
  await provision(context);
  await expect(bootstrap(context)).rejects.toThrow("killed");
  await bootstrap(context);
  expect(made.tasks.map(({ key }) => key.knownId)).toEqual([undefined, "k"]);
  expect(made.applies.slice(2)).toEqual(["gke-coder 2 the-only-secret", "gke-coder 2 the-only-secret"]);
});

test("provisioners with a key that is lost on the server are replaced by others with the new one", async () => {
  const made = await world();
  const context = await contextOf(made);
  await provision(context);
  await bootstrap(context);
  await bootstrap(context);
  expect(made.applies.slice(2)).toEqual([
    "gke-coder 2 secret-of-provisioners-1",
    "gke-coder 0 none",
    "gke-coder 2 secret-of-provisioners-2",
  ]);
});

test("each installation of a comparison has provisioners with a key of its own", async () => {
  const comparison = {
    baseline: { asked: "stable", version: "2.30.0" },
    candidate: { asked: "mainline", version: "2.31.0" },
    ...{ pairs: 1, seed: 1 },
  };
  const made = await world({ request: { comparison } });
  await play(made);
  expect(made.tasks.map(({ key }) => key.knownId)).toEqual([undefined, undefined]);
  expect(made.applies.slice(1)).toEqual([
    "gke-coder 0 none",
    "gke-coder 2 secret-of-provisioners-1",
    "gke-coder 0 none",
    "gke-coder 2 secret-of-provisioners-2",
  ]);
});

test("a run of gce-docker with external provisioners is refused, and makes nothing", async () => {
  const fake = new FakeWorld();
  await expect(fake.makeRun(EXTERNAL, { architecture: "gce-docker" })).rejects.toMatchObject({
    path: "provisioners",
    expected: expect.stringMatching(/^"builtin": workspaces are containers on Coder's machine/),
  });
});
