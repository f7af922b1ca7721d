import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { request } from "undici";
import { API_VARIABLES, mockEndpointVariables } from "../../../rehearsal/google-api/api-names.ts";
import { MockGoogle } from "../../../rehearsal/google-api/mock-google.ts";
import { speedDurations } from "../../../rehearsal/google-api/durations.ts";
import { customGoogleEndpoints, googleEndpoints } from "../../../harness/inventory/google/endpoints.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const PROJECT = "projects/some-project";
const ZONE = `${PROJECT}/zones/us-central1-a`;
const REGION = `${PROJECT}/regions/us-central1`;
const CLUSTERS = `container/v1/${PROJECT}/locations/us-central1-a/clusters`;

let google: MockGoogle;
let clock: ReturnType<typeof fakeClock>;
beforeEach(async () => {
  clock = fakeClock();
  google = new MockGoogle({ clock });
  await google.start();
});
afterEach(() => google[Symbol.asyncDispose]());

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** Google's word for a refusal. */
  readonly reason: string | undefined;
}

async function call(
  method: "GET" | "POST" | "DELETE" | "PATCH",
  path: string,
  body?: unknown,
): Promise<Answered> {
  const answer = await request(`${google.url}/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await answer.body.json()) as Answered["body"];
  const { errors } = (json["error"] ?? {}) as { errors?: readonly { readonly reason: string }[] };
  return { status: answer.statusCode, body: json, reason: errors?.[0]?.reason };
}

async function network(): Promise<void> {
  await call("POST", `compute/${PROJECT}/global/networks`, { name: "net", autoCreateSubnetworks: false });
}

async function subnetwork(): Promise<void> {
  await network();
  await call("POST", `compute/${REGION}/subnetworks`, {
    name: "subnet",
    network: `${PROJECT}/global/networks/net`,
    ipCidrRange: "10.10.0.0/20",
    secondaryIpRanges: [{ rangeName: "pods", ipCidrRange: "10.32.0.0/16" }],
  });
}

const MACHINE = {
  name: "vm",
  machineType: "zones/us-central1-a/machineTypes/n2-standard-2",
  networkInterfaces: [{ subnetwork: `${REGION}/subnetworks/subnet` }],
  disks: [{ boot: true, autoDelete: true, initializeParams: { diskSizeGb: "20", labels: { a: "b" } } }],
};

const CLUSTER = {
  name: "gke",
  initialNodeCount: 1,
  releaseChannel: { channel: "REGULAR" },
  network: `${PROJECT}/global/networks/net`,
  subnetwork: `${REGION}/subnetworks/subnet`,
};

describe("addresses", () => {
  test("refbench asks exactly the APIs that the mock has, by the same variables", () => {
    const variables = mockEndpointVariables("http://127.0.0.1:1");
    expect(customGoogleEndpoints(variables).toSorted()).toEqual(Object.values(API_VARIABLES).toSorted());
    expect(googleEndpoints(variables).compute).toBe("http://127.0.0.1:1/compute/");
  });

  test.each(["", "v1/", "v1/v1/", "compute/v1/", "compute/v1/compute/v1/"])(
    "a version in the path is the same as none: %s",
    async (version) => {
      await network();
      const { body } = await call("GET", `compute/${version}${PROJECT}/global/networks/net`);
      expect(body).toMatchObject({
        name: "net",
        selfLink: expect.stringMatching(/v1\/projects\/some-project\//),
      });
    },
  );
});

describe("a create is refused as Google refuses it", () => {
  test.each([
    ["a taken name", "networks", { name: "net" }, 409, "alreadyExists"],
    ["an unknown field", "networks", { name: "other", autoCreateSubnets: true }, 400, "badRequest"],
    ["a wrong name", "networks", { name: "Net_1" }, 400, "invalid"],
    [
      "a firewall rule in no network",
      "firewalls",
      { name: "f", network: `${PROJECT}/global/networks/none` },
      404,
      "notFound",
    ],
  ])("%s", async (_words, collection, body, status, reason) => {
    await network();
    const answer = await call("POST", `compute/${PROJECT}/global/${collection}`, body);
    expect([answer.status, answer.reason]).toEqual([status, reason]);
  });

  test("a range that a network has already", async () => {
    await subnetwork();
    const body = { name: "second", network: `${PROJECT}/global/networks/net`, ipCidrRange: "10.32.4.0/24" };
    expect(await call("POST", `compute/${REGION}/subnetworks`, body)).toMatchObject({
      status: 400,
      reason: "invalid",
    });
  });

  test.each([
    ["a machine type that the zone lacks", { machineType: "n9-huge-2" }],
    ["a processor that the zone lacks", { minCpuPlatform: "Intel Itanium" }],
    [
      "an account that does not exist",
      { serviceAccounts: [{ email: "no@some-project.iam.gserviceaccount.com" }] },
    ],
    ["labels with capitals", { labels: { Run: "x" } }],
  ])("a machine with %s", async (_words, fields) => {
    await subnetwork();
    const { status } = await call("POST", `compute/${ZONE}/instances`, { ...MACHINE, ...fields });
    expect(status).toBe(400);
    expect(google.store.keys().filter((key) => /(instances|disks)\//.test(key))).toEqual([]);
  });

  test.each([
    ["without a release channel", { releaseChannel: { channel: "UNSPECIFIED" } }],
    ["of a version that its channel lacks", { initialClusterVersion: "1.33" }],
    [
      "whose nodes are never upgraded",
      { nodePools: [{ name: "p", management: { autoRepair: true, autoUpgrade: false } }] },
    ],
    [
      "with pods in no range of the subnetwork",
      { ipAllocationPolicy: { clusterSecondaryRangeName: "none" } },
    ],
    ["with an unknown field", { releaseChanel: {} }],
  ])("a cluster %s", async (_words, fields) => {
    await subnetwork();
    const { status } = await call("POST", CLUSTERS, { cluster: { ...CLUSTER, ...fields } });
    expect(status).toBe(400);
    expect((await call("GET", CLUSTERS)).body).toEqual({});
  });

  test("a custom tier without the edition that has it", async () => {
    const body = { name: "db", databaseVersion: "POSTGRES_16", settings: { tier: "db-custom-2-7680" } };
    expect((await call("POST", `sql/${PROJECT}/instances`, body)).status).toBe(400);
    const settings = { ...body.settings, edition: "ENTERPRISE" };
    expect((await call("POST", `sql/${PROJECT}/instances`, { ...body, settings })).status).toBe(200);
  });
});

describe("quotas are those of the project, less all that exists", () => {
  const usage = async (metric: string): Promise<unknown> => {
    const [region, project] = [
      await call("GET", `compute/${REGION}`),
      await call("GET", `compute/${PROJECT}`),
    ];
    const all = [region, project].flatMap(
      ({ body }) => body["quotas"] as { metric: string; usage: number }[],
    );
    return all.find((one) => one.metric === metric)?.usage;
  };
  const machine = (name: string): Promise<Answered> =>
    call("POST", `compute/${ZONE}/instances`, { ...MACHINE, name });

  test("the operation of a machine that no quota has room for ends with the quota, and there is no machine", async () => {
    await subnetwork();
    google.project.regionQuotas.set("N2_CPUS", { limit: 3, usage: 0 });
    expect((await machine("first")).body).not.toHaveProperty("error");
    const { status, body } = await machine("second");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      httpErrorStatusCode: 403,
      httpErrorMessage: "FORBIDDEN",
      error: {
        errors: [
          {
            code: "QUOTA_EXCEEDED",
            message: "Quota 'N2_CPUS' exceeded.  Limit: 3.0 in region us-central1.",
            errorDetails: [{ quotaInfo: { metricName: "compute.googleapis.com/n2_cpus", limit: 3 } }],
          },
        ],
      },
    });
    expect(google.store.keys().filter((key) => /(instances|disks)\/second/.test(key))).toEqual([]);
    expect(await usage("N2_CPUS")).toBe(2);
    await call("DELETE", `compute/${ZONE}/instances/first`);
    expect((await machine("second")).body).not.toHaveProperty("error");
  });

  test.each([
    ["disks", "DISKS_TOTAL_GB", ZONE, { name: "d", sizeGb: "50" }, 50],
    ["disks", "SSD_TOTAL_GB", ZONE, { name: "d", sizeGb: "50", type: `${ZONE}/diskTypes/pd-balanced` }, 50],
    ["networks", "NETWORKS", `${PROJECT}/global`, { name: "n" }, 1],
  ])("%s count in %s", async (collection, metric, scope, body, taken) => {
    const before = Number(await usage(metric));
    await call("POST", `compute/${scope}/${collection}`, body);
    expect(await usage(metric)).toBe(before + taken);
    const { projectQuotas, regionQuotas } = google.project;
    (metric === "NETWORKS" ? projectQuotas : regionQuotas).set(metric, { limit: taken, usage: 0 });
    const second = await call("POST", `compute/${scope}/${collection}`, { ...body, name: "other" });
    expect(JSON.stringify(second.body["error"])).toContain(`Quota '${metric}' exceeded`);
  });

  test("a cluster or pool is refused with every quota that its nodes have no room in", async () => {
    await subnetwork();
    google.project.regionQuotas.set("CPUS", { limit: 8, usage: 7 });
    google.project.regionQuotas.set("SSD_TOTAL_GB", { limit: 50, usage: 0 });
    const answer = await call("POST", CLUSTERS, { cluster: CLUSTER });
    expect(answer).toMatchObject({ status: 403, reason: "forbidden" });
    const message = (answer.body["error"] as { message: string }).message;
    expect(message).toContain(`resource "CPUS": request requires '2.0' and is short '1.0'`);
    expect(message).toContain(`resource "SSD_TOTAL_GB": request requires '100.0' and is short '50.0'`);
    google.project.regionQuotas.set("CPUS", { limit: 8, usage: 6 });
    google.project.regionQuotas.set("SSD_TOTAL_GB", { limit: 100, usage: 0 });
    expect((await call("POST", CLUSTERS, { cluster: CLUSTER })).status).toBe(200);
    const pool = { name: "p", initialNodeCount: 1, config: { machineType: "e2-medium" } };
    expect((await call("POST", `${CLUSTERS}/gke/nodePools`, { nodePool: pool })).status).toBe(403);
  });
});

describe("a delete is refused while something uses the resource", () => {
  test("networks by their subnetworks, subnetworks by their machines, accounts and grants by nothing", async () => {
    await subnetwork();
    await call("POST", `compute/${ZONE}/instances`, MACHINE);
    const inUse = { status: 400, reason: "resourceInUseByAnotherResource" };
    expect(await call("DELETE", `compute/${PROJECT}/global/networks/net`)).toMatchObject(inUse);
    expect(await call("DELETE", `compute/${REGION}/subnetworks/subnet`)).toMatchObject(inUse);
    expect(await call("DELETE", `compute/${ZONE}/disks/vm`)).toMatchObject(inUse);
    for (const path of [
      `${ZONE}/instances/vm`,
      `${REGION}/subnetworks/subnet`,
      `${PROJECT}/global/networks/net`,
    ])
      expect((await call("DELETE", `compute/${path}`)).status).toBe(200);
    expect(google.store.keys()).toEqual([]);
  });

  test("a cluster's nodes keep its subnetwork, and disappear with the cluster", async () => {
    await subnetwork();
    await call("POST", CLUSTERS, { cluster: CLUSTER });
    const nodes = google.store.keys().filter((key) => key.includes("/instances/gke-"));
    expect(nodes).toHaveLength(1);
    expect((await call("DELETE", `compute/${REGION}/subnetworks/subnet`)).status).toBe(400);
    expect((await call("DELETE", `${CLUSTERS}/gke`)).status).toBe(200);
    expect((await call("DELETE", `compute/${REGION}/subnetworks/subnet`)).status).toBe(200);
  });

  test("a deleted account stays in the policy under another name", async () => {
    const accounts = `iam/v1/${PROJECT}/serviceAccounts`;
    await call("POST", accounts, { accountId: "bench-nodes" });
    const email = "bench-nodes@some-project.iam.gserviceaccount.com";
    const policy = { bindings: [{ role: "roles/viewer", members: [`serviceAccount:${email}`] }] };
    await call("POST", `resourceManager/${PROJECT}:setIamPolicy`, { policy });
    await call("DELETE", `${accounts}/${email}`);
    const { body } = await call("POST", `resourceManager/${PROJECT}:getIamPolicy`);
    const renamed: unknown = expect.stringMatching(/^deleted:serviceAccount:bench-nodes@.*\?uid=\d+$/);
    expect(body["bindings"]).toEqual([{ role: "roles/viewer", members: [renamed] }]);
  });
});

describe("operations take time", () => {
  test("a resource is listed at once, and ready when its operation ends, followed or not", async () => {
    google.world.durationMs = speedDurations(1);
    await call("POST", `sql/${PROJECT}/instances`, {
      name: "db",
      databaseVersion: "POSTGRES_15",
      settings: { tier: "db-custom-2-7680" },
    });
    const path = `sql/${PROJECT}/instances/db`;
    expect((await call("GET", path)).body["state"]).toBe("PENDING_CREATE");
    expect(await call("DELETE", path)).toMatchObject({ status: 409, reason: "operationInProgress" });
    clock.advance(481_000);
    expect((await call("GET", path)).body["state"]).toBe("RUNNABLE");
    const { body } = await call("DELETE", path);
    const operation = `sql/${PROJECT}/operations/${String(body["name"])}`;
    expect((await call("GET", operation)).body["status"]).toBe("RUNNING");
    clock.advance(61_000);
    expect((await call("GET", operation)).body["status"]).toBe("DONE");
    expect((await call("GET", path)).status).toBe(403);
  });

  test("a cluster that is at work takes nothing else", async () => {
    await subnetwork();
    google.world.durationMs = speedDurations(1);
    await call("POST", CLUSTERS, { cluster: CLUSTER });
    expect(await call("DELETE", `${CLUSTERS}/gke`)).toMatchObject({
      status: 400,
      reason: "failedPrecondition",
    });
    clock.advance(331_000);
    expect((await call("DELETE", `${CLUSTERS}/gke`)).status).toBe(200);
  });

  test("only the cloud deletes a machine whose time is over", async () => {
    await subnetwork();
    const scheduling = { maxRunDuration: { seconds: "3600" }, instanceTerminationAction: "DELETE" };
    await call("POST", `compute/${ZONE}/instances`, { ...MACHINE, scheduling });
    clock.advance(3_599_000);
    expect((await call("GET", `compute/${ZONE}/instances/vm`)).status).toBe(200);
    clock.advance(1_000);
    expect((await call("GET", `compute/${ZONE}/instances/vm`)).status).toBe(404);
    expect(google.store.keys().filter((key) => key.includes("/disks/"))).toEqual([]);
  });

  test("a speed that is not above 0 is refused", () => {
    expect(() => speedDurations(0)).toThrow("--speed must be a number above 0, such as 20; got 0");
  });
});

test("no answer but that of an access has a secret's payload, and none has a password", async () => {
  const secrets = `secretManager/v1/${PROJECT}/secrets`;
  await call("POST", `${secrets}?secretId=s`, { replication: { automatic: {} } });
  await call("POST", `${secrets}/s:addVersion`, { payload: { data: "c2VjcmV0" } });
  expect((await call("GET", `${secrets}/s/versions/latest:access`)).body["payload"]).toEqual({
    data: "c2VjcmV0",
  });
  await call("POST", `sql/${PROJECT}/instances`, {
    name: "db",
    databaseVersion: "POSTGRES_15",
    settings: { tier: "db-custom-2-7680" },
  });
  await call("POST", `sql/${PROJECT}/instances/db/users`, { name: "coder", password: "pass-word" });
  expect(JSON.stringify(google.store.entries())).not.toMatch(/c2VjcmV0|pass-word/);
});
