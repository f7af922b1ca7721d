import { expect, test } from "vitest";
import { seenIn } from "../../../harness/model/ports/listing.ts";
import { twinInventory } from "../../../rehearsal/twin/inventory-adapter.ts";
import { cloud, cluster, coder, CODER_ENV, coderReleases, RUN_ID } from "./configuration.ts";
import { Twin } from "./workdir.ts";

const secrets = { TF_VAR_db_password: "any" };
const signal = AbortSignal.timeout(60_000);

test("if the cluster is deleted first, its controllers' items stay for ever and block the network", async () => {
  await using twin = await Twin.prepare();
  const cloudStack = twin.stack("cloud", cloud("bench-one"));
  await twin.apply(cloudStack, secrets);
  const { output: host } = await twin.terraform(cloudStack, ["output", "-raw", "host"]);
  const coderStack = twin.stack("coder", coder(host, { env: CODER_ENV }));
  await twin.apply(coderStack, secrets);
  const { output: url } = await twin.terraform(coderStack, ["output", "-raw", "url"]);

  const destroyed = await twin.destroy(cloudStack);
  expect(destroyed.output).toMatch(/networks\/bench-one-net' is already being used by '.*firewalls\/k8s-/);
  expect(destroyed.exitCode).toBe(1);
  await expect(fetch(url)).rejects.toThrow();
  const left = (await twin.items()).map(({ kind }) => kind);
  expect(left.filter((kind) => kind.startsWith("kubernetes_") || kind === "helm_release")).toEqual([]);
  expect(left).toContain("google_compute_disk");
  // Terraform reads the release at a host that nobody answers at any more.
  expect((await twin.destroy(coderStack)).output).toMatch(/dial tcp 10\.\d+\.\d+\.\d+:443: i\/o timeout/);

  const inventory = twinInventory(twin.root);
  const items = seenIn(await inventory.list({ runId: RUN_ID }, signal));
  const first = items.find(({ kind }) => kind === "google_compute_network")!;
  expect(await inventory.remove(first, signal)).toMatchObject({ state: "in-use" });
  for (let round = 0; round < 4; round += 1)
    for (const item of seenIn(await inventory.list({ runId: RUN_ID }, signal)))
      await inventory.remove(item, signal);
  expect(await twin.existing()).toEqual([]);
  expect(await inventory.remove(first, signal)).toEqual({ state: "gone" });
});

test("a release without a value that Coder needs never gets ready, and destroy still removes it", async () => {
  await using twin = await Twin.prepare();
  const cloudStack = twin.stack("cloud", cluster("bench-two"));
  await twin.apply(cloudStack);
  const { output: host } = await twin.terraform(cloudStack, ["output", "-raw", "host"]);
  const from = (name: string, key: string): object[] => [
    { name: "CODER_PG_CONNECTION_URL", valueFrom: { secretKeyRef: { name, key } } },
  ];
  const releases = Object.fromEntries(
    [
      { name: "a", env: [] },
      { name: "b", env: from("other", "url") },
      { name: "c", env: from("coder-db", "uri") },
      { name: "d", env: from("coder-db", "url"), nodeSelector: { role: "nobody" } },
    ].map(({ name, ...values }) => [name, { name, values: [JSON.stringify({ coder: values })] }]),
  );
  const coderStack = twin.stack("coder", coderReleases(host, releases));
  const { output } = await twin.apply(coderStack, secrets);
  expect(output).toContain("context deadline exceeded");
  for (const why of [
    "CODER_PG_CONNECTION_URL is not set",
    'secret "other" not found',
    "couldn't find key uri in Secret coder/coder-db",
    "no node of bench-two-gke matches role=nobody",
  ])
    expect(output).toContain(why);
  const names = Object.keys(releases).map((name) => `helm_release ${name}`);
  expect(await twin.existing()).toEqual(expect.arrayContaining(names));
  expect(await twin.destroy(coderStack)).toMatchObject({ exitCode: 0 });
  expect((await twin.existing()).filter((one) => one.startsWith("helm_release"))).toEqual([]);
});
