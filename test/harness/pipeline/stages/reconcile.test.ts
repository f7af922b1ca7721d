import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openContext } from "../../../../harness/pipeline/context/context.ts";
import type { JournalEntry } from "../../../../harness/pipeline/folder/journal.ts";
import { findDisagreements } from "../../../../harness/pipeline/stages/reconcile.ts";
import { audit } from "../../../../harness/pipeline/stages/audit.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

const applied: readonly JournalEntry[] = [
  { type: "stack-intent", stack: "gke-cloud", act: "apply" },
  { type: "stack-outcome", stack: "gke-cloud", act: "apply", ok: true, resources: 2 },
];
const destroyed: readonly JournalEntry[] = [
  { type: "stack-intent", stack: "gke-cloud", act: "destroy" },
  { type: "stack-outcome", stack: "gke-cloud", act: "destroy", ok: true, resources: 2 },
];
const notDestroyed: readonly JournalEntry[] = [
  { type: "stack-intent", stack: "gke-cloud", act: "destroy" },
  { type: "stack-outcome", stack: "gke-cloud", act: "destroy", ok: false, resources: 0 },
];
const seen: JournalEntry = { type: "inventory-seen", items: 2 };
const swept = (kind: string, name: string): JournalEntry => ({
  type: "swept",
  id: `id-of-${name}`,
  kind,
  name,
});

const NETWORK = { kind: "google_compute_network", name: "bench-net" };
const CLUSTER = { kind: "google_container_cluster", name: "bench-cluster" };

/** A run of which the journal and the state say this, in a world where nothing exists any more. */
async function afterwards(
  entries: readonly JournalEntry[],
  state?: readonly {
    readonly kind: string;
    readonly name: string;
    /** Its namespace, as resources of Kubernetes write it, and as a release of Helm does. */
    readonly within?: string;
    readonly release?: string;
  }[],
) {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  const context = await openContext(folder, world.ports(), {
    reporter: world.reporter,
    signal: new AbortController().signal,
  });
  for (const entry of entries) await context.journal.append(entry);
  if (state !== undefined) {
    await mkdir(folder.stack("gke-cloud"), { recursive: true });
    const resources = state.map(({ kind, name, within, release }) => ({
      ...{ mode: "managed", type: kind, name: "own" },
      instances: [
        {
          attributes: {
            ...(within === undefined ? { name } : { metadata: [{ name, namespace: within }] }),
            ...(release === undefined ? {} : { namespace: release }),
          },
        },
      ],
    }));
    await writeFile(join(folder.stack("gke-cloud"), "terraform.tfstate"), JSON.stringify({ resources }));
  }
  return context;
}

test("a folder of the run that cannot be read keeps it from being called clean", async () => {
  const context = await afterwards([...applied, seen, ...destroyed], []);
  await rm(context.folder.terraform, { recursive: true });
  await writeFile(context.folder.terraform, "no folder");
  expect(await audit(context)).toMatch(/^unverified/);
});

test("a terraform of the run that still works keeps it from being called clean", async () => {
  const context = await afterwards([...applied, seen, ...destroyed], []);
  const { terraform } = context.ports;
  const working = {
    ...context,
    ports: { ...context.ports, terraform: { ...terraform, working: () => 4711 } },
  };
  expect((await findDisagreements(working)).join("; ")).toMatch(/a Terraform \(process 4711\) still works/);
});

test("what was in a namespace that a sweep removed went with it", async () => {
  const state = [
    { kind: "kubernetes_namespace_v1", name: "bench-coder" },
    { kind: "kubernetes_secret_v1", name: "database-url", within: "bench-coder" },
    { kind: "helm_release", name: "bench-coder", release: "bench-coder" },
  ];
  const believed = await afterwards(
    [...applied, seen, ...notDestroyed, swept("kubernetes_namespace_v1", "bench-coder")],
    state,
  );
  expect(await findDisagreements(believed)).toEqual([]);
  const other = await afterwards(
    [...applied, seen, ...notDestroyed, swept("kubernetes_namespace_v1", "bench-load")],
    state,
  );
  expect((await findDisagreements(other)).join("; ")).toMatch(/still names 3/);
});

describe("an empty inventory", () => {
  test.each<[string, readonly JournalEntry[], readonly (typeof NETWORK)[] | undefined]>([
    ["nothing was created", [], undefined],
    ["the destroy succeeded", [...applied, seen, ...destroyed], []],
    ["the destroy failed and emptied the state", [...applied, seen, ...notDestroyed], []],
    [
      "a sweep removed what the state still names",
      [...applied, seen, ...notDestroyed, swept(NETWORK.kind, NETWORK.name)],
      [NETWORK],
    ],
  ])("is believed if %s", async (_name, entries, state) => {
    expect(await findDisagreements(await afterwards(entries, state))).toEqual([]);
  });

  test.each<[string, readonly JournalEntry[], readonly (typeof NETWORK)[] | undefined, RegExp]>([
    [
      "the destroy failed and the state names what no sweep removed",
      [...applied, seen, ...notDestroyed, swept(NETWORK.kind, NETWORK.name)],
      [NETWORK, CLUSTER],
      /gke-cloud: its destroy did not succeed, .* still names 1 .*google_container_cluster/,
    ],
    [
      "another kind of that name was swept",
      [...applied, seen, ...notDestroyed, swept("google_compute_disk", NETWORK.name)],
      [NETWORK],
      /still names 1/,
    ],
    ["the state is lost", [...applied, seen, ...notDestroyed], undefined, /its state cannot be read/],
    ["no destroy was tried", [...applied, seen], [NETWORK], /its destroy did not succeed/],
    [
      "it was applied again after its destroy",
      [...applied, seen, ...destroyed, ...applied],
      [NETWORK],
      /its destroy did not succeed/,
    ],
    [
      "it never saw anything of what was created",
      [...applied, ...destroyed],
      [],
      /never saw anything of this run, which created 2 resources/,
    ],
  ])("is not believed if %s", async (_name, entries, state, sentence) => {
    const context = await afterwards(entries, state);
    expect((await findDisagreements(context)).join("; ")).toMatch(sentence);
    expect(await audit(context)).toMatch(/^unverified/);
  });
});
