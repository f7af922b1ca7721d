import { afterAll, beforeAll, expect, test } from "vitest";
import { seenIn } from "../../../harness/model/ports/listing.ts";
import { twinInventory } from "../../../rehearsal/twin/inventory-adapter.ts";
import { cloud, coder, CODER_ENV, RUN_ID } from "./configuration.ts";
import { Twin } from "./workdir.ts";
import type { Outcome } from "./workdir.ts";

const PASSWORD = "a-password-that-is-nowhere";
const secrets = { TF_VAR_db_password: PASSWORD };
const internal = { service: { annotations: { "networking.gke.io/load-balancer-type": "Internal" } } };

let twin: Twin;
let cloudStack: string;
let coderStack: string;
let applied: Outcome;
let url: string;
beforeAll(async () => {
  twin = await Twin.prepare();
  cloudStack = twin.stack("cloud", cloud("bench-0123456789ab"));
  await twin.apply(cloudStack, secrets);
  const { output: host } = await twin.terraform(cloudStack, ["output", "-raw", "host"]);
  coderStack = twin.stack(
    "coder",
    coder(
      host,
      { replicaCount: 2, env: CODER_ENV, ...internal },
      { set: [{ name: "coder.replicaCount", value: "3" }] },
    ),
  );
  applied = await twin.apply(coderStack, secrets);
  ({ output: url } = await twin.terraform(coderStack, ["output", "-raw", "url"]));
});
afterAll(() => twin[Symbol.asyncDispose]());

test("real terraform validates and applies network, database, cluster and release", async () => {
  expect(applied).toMatchObject({ exitCode: 0 });
  expect((await twin.terraform(cloudStack, ["validate"])).output).toContain("The configuration is valid");
});

test("a second plan of either stack is empty", async () => {
  for (const stack of [cloudStack, coderStack])
    expect(await twin.terraform(stack, ["plan", "-detailed-exitcode"], secrets)).toMatchObject({
      exitCode: 0,
    });
});

test("Coder runs at the Service's address with the Helm values, and set values outrank the file's", async () => {
  const config: unknown = await (await fetch(url)).json();
  expect(config).toMatchObject({ version: "2.31.0", replicas: 3, env: { CODER_PROVISIONER_DAEMONS: "30" } });
});

test("the controllers' balancer and disk exist in no state, and belong to the run", async () => {
  const answer = await twinInventory(twin.root).list({ runId: RUN_ID }, AbortSignal.timeout(5_000));
  const made = seenIn(answer).filter(
    ({ madeByController, kind }) => madeByController && kind.startsWith("google_"),
  );
  expect(made.map(({ kind }) => kind).sort()).toEqual([
    "google_compute_disk",
    "google_compute_firewall",
    "google_compute_firewall",
    "google_compute_forwarding_rule",
    "google_compute_health_check",
    "google_compute_region_backend_service",
  ]);
  const { output: state } = await twin.terraform(coderStack, ["state", "pull"]);
  for (const { name } of made) if (!name.startsWith("pvc-")) expect(state).not.toContain(name);
});

test("a write-only value is in no file: not in inventory, state, log or the emulator's configuration", () => {
  expect(twin.files().filter((text) => text.includes(PASSWORD))).toEqual([]);
});

test("destroying both stacks ends Coder and leaves nothing, once the controllers have had their time", async () => {
  expect(await twin.destroy(coderStack)).toMatchObject({ exitCode: 0 });
  await expect(fetch(url)).rejects.toThrow();
  expect(await twin.destroy(cloudStack)).toMatchObject({ exitCode: 0 });
  expect(await twin.existing()).toEqual([]);
});
