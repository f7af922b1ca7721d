import { expect, test } from "vitest";
import { environmentSchema } from "../../../../stacks/environment.ts";
import { madePlaces } from "../../../../harness/composition/observer/made-places.ts";
import type { ObservedPlace } from "../../../../harness/model/observation/observe-task.ts";
import { planSchema, type Plan } from "../../../../harness/pipeline/folder/plan.ts";
import { newSecrets, writeSecrets } from "../../../../harness/pipeline/folder/secrets.ts";
import { readJson, writeJson } from "../../../../harness/tools/files/json-file.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

type Database = Plan["size"]["database"];

interface Made {
  readonly kind: Database["kind"];
  /** What the stacks' outputs say beside Coder's URL. */
  readonly outputs?: object;
  readonly place?: object;
  readonly comparison?: object;
  readonly databaseUrl?: string;
}

const { signal } = new AbortController();

async function placesOf({ kind, outputs, place, comparison, databaseUrl }: Made) {
  const folder = await new FakeWorld().makeRun();
  const plan = await readJson(folder.plan, planSchema);
  const environment = await readJson(folder.environment, environmentSchema);
  await writeJson(folder.environment, {
    ...environment,
    ...(comparison === undefined ? {} : { comparison }),
  });
  const own = databaseUrl === undefined ? {} : { databaseUrl };
  await writeSecrets(folder, { ...newSecrets(), databasePassword: "p/w", ...own });
  await writeJson(folder.result("provision"), {
    stacks: [],
    outputs: { coder_url: "http://10.10.0.7:7080", template_variables: {}, ...outputs },
    place: { project: "p", region: "r", zone: "z", ...place },
    providers: {},
  });
  const size = { ...plan.size, database: { ...plan.size.database, kind } };
  return madePlaces(folder, { ...plan, size }).places(signal);
}

const urlsOf = (places: readonly ObservedPlace[]): string[] =>
  places.flatMap((place) => ("url" in place ? [place.url] : []));

test("Coder's machine is read by its metrics, its exporter and the role that its start-up made", async () => {
  const { places, unseen } = await placesOf({
    kind: "on-box",
    outputs: { coder_machine: "bench-coder" },
    place: { database_address: "10.10.0.7" },
  });
  // Only figures leave the machine, and a record says so.
  expect(unseen.map(({ what }) => what)).toEqual(["logs of coderd", "profiles of coderd"]);
  expect(places).toEqual([
    { kind: "metrics", of: "coderd", role: "coderd", url: "http://10.10.0.7:2112/metrics" },
    { kind: "metrics", of: "bench-coder", role: "node", url: "http://10.10.0.7:9100/metrics" },
    {
      ...{ kind: "postgres", of: "database", addStatistics: false },
      url: "postgres://refbench:p%2Fw@10.10.0.7:5432/coder?sslmode=require",
    },
  ]);
});

test("a managed database is read as Coder's own role, by TLS", async () => {
  const { places } = await placesOf({ kind: "cloud-sql", place: { database_address: "10.10.0.3" } });
  expect(places).toMatchObject([
    { addStatistics: true, url: "postgres://coder:p%2Fw@10.10.0.3:5432/coder?sslmode=require" },
  ]);
});

test("a comparison reads the database of the version that is installed", async () => {
  const comparison = { release: "candidate", installation: 1 };
  const place = { database_address: "db" };
  const { places } = await placesOf({ kind: "rds", place, comparison });
  expect(urlsOf(places)).toEqual(["postgres://coder:p%2Fw@db:5432/coder_candidate?sslmode=require"]);
});

test("a database of the user's own is read by the user's URL, and gets no extension", async () => {
  const databaseUrl = "postgres://mine:secret@db/coder";
  const { places } = await placesOf({ kind: "external", databaseUrl });
  expect(places).toEqual([{ kind: "postgres", of: "database", url: databaseUrl }]);
});

test("a database that cannot be found is listed as not seen", async () => {
  expect(await placesOf({ kind: "cloud-sql" })).toEqual({
    places: [],
    unseen: [{ what: "database", why: "the stacks' outputs have no database_address" }],
  });
});
