import { describe, expect, test } from "vitest";
import { DEBIAN_IMAGE } from "../../../../reference-architectures/artefacts/machine-image.ts";
import { getArchitecture, resolveSize } from "../../../../reference-architectures/catalogue.ts";
import { runChecks, type CheckResult } from "../../../../harness/inventory/preflight/run-checks.ts";
import type { CheckName } from "../../../../harness/inventory/preflight/check.ts";
import type { GoogleContext } from "../../../../harness/inventory/preflight/google/context.ts";
import { GOOGLE_CHECKS } from "../../../../harness/inventory/preflight/google/checks.ts";
import { googleEndpoints } from "../../../../harness/inventory/google/endpoints.ts";
import { googleOwnerMarker } from "../../../../harness/inventory/sweep/owner-marker/google.ts";
import { tokenAuth } from "../../../../harness/inventory/google/auth.ts";
import { GOOD_CLAIMS, licenceOf } from "../../../support/coder/licence.ts";
import { PROJECT, readyProject } from "./ready-project.ts";

const signal = new AbortController().signal;

type Ready = Awaited<ReturnType<typeof readyProject>>;

/** Runs every check of a project in which nothing is missing but what `spoil` spoils. */
async function preflight(
  spoil: (ready: Ready) => unknown = () => undefined,
  change: (context: GoogleContext, ready: Ready) => Partial<GoogleContext> = () => ({}),
  only?: CheckName,
): Promise<(name: CheckName) => CheckResult> {
  await using ready = await readyProject();
  spoil(ready);
  const context = { ...ready.context, ...change(ready.context, ready) };
  const of = (name: CheckName) => GOOGLE_CHECKS.find((check) => check.name === name)!;
  const checks = only === undefined ? GOOGLE_CHECKS : [...(of(only).after ?? []).map(of), of(only)];
  const results = await runChecks(checks, context, signal);
  expect(ready.google.requests.filter((line) => !/^GET /.test(line) && !isQuestion(line))).toEqual([]);
  return (name) => results.find((result) => result.name === name)!;
}

/** What Google wants a POST for although nothing changes. */
function isQuestion(line: string): boolean {
  return /^POST .*(:getIamPolicy|:testIamPermissions|:getEffectiveOrgPolicy|:searchAllResources|\/tokeninfo)/.test(
    line,
  );
}

test("a project in which nothing is missing passes every check, and nothing is created", async () => {
  const of = await preflight();
  expect(Object.fromEntries(GOOGLE_CHECKS.map(({ name }) => [name, of(name).state]))).toEqual({
    terraform: "ok",
    tools: "ok",
    identity: "ok",
    marker: "skipped",
    credential: "ok",
    permissions: "ok",
    apis: "ok",
    "org-policies": "ok",
    quota: "ok",
    "kubernetes-version": "ok",
    "postgres-version": "ok",
    "machine-types": "ok",
    artefacts: "ok",
    licence: "skipped",
    "cluster-access": "skipped",
    names: "ok",
    leftovers: "ok",
  });
  expect(of("identity").found).toBe("ada@example.com in project some-project (42)");
  expect(of("quota").found).toMatch(/^room for 10 n2 \+ 36 e2 vCPUs, 5 machines/);
});

interface Failing {
  readonly name: CheckName;
  readonly when: string;
  readonly found: RegExp;
  readonly fix: RegExp;
  readonly spoil?: (ready: Ready) => unknown;
  readonly change?: (context: GoogleContext, ready: Ready) => Partial<GoogleContext>;
}

const MISSING = {
  tool: "gke-gcloud-auth-plugin",
  why: "Terraform enters the cluster with it",
  next: "install it",
};

const FAILING: readonly Failing[] = [
  {
    name: "terraform",
    when: "terraform is missing",
    found: /was not found/,
    fix: /refbench doctor/,
    change: () => ({ terraform: () => Promise.reject(new Error("terraform was not found")) }),
  },
  {
    name: "tools",
    when: "the program is missing that reaches the cluster",
    found: /^gke-gcloud-auth-plugin is not on PATH \(Terraform enters the cluster with it\)$/,
    fix: /^install it$/,
    change: () => ({ missingTools: () => Promise.resolve([MISSING]) }),
  },
  {
    name: "identity",
    when: "the environment names another project",
    found: /GOOGLE_CLOUD_PROJECT is production, but --project is some-project/,
    fix: /export GOOGLE_CLOUD_PROJECT=some-project/,
    change: () => ({ ambientProjects: { GOOGLE_CLOUD_PROJECT: "production" } }),
  },
  {
    name: "identity",
    when: "nobody is signed in",
    found: /cannot read project .*401/,
    fix: /gcloud auth application-default login/,
    spoil: ({ google }) => google.refuse({ match: "GET /resourceManager", status: 401 }),
  },
  {
    name: "identity",
    when: "another project answers",
    found: /answers for production/,
    fix: /gcloud auth/,
    spoil: ({ google }) =>
      google.documents.set(`resourceManager/projects/${PROJECT}`, {
        projectId: "production",
        lifecycleState: "ACTIVE",
      }),
  },
  {
    name: "identity",
    when: "the project is about to be deleted",
    found: /DELETE_REQUESTED, expected ACTIVE/,
    fix: /gcloud projects undelete some-project/,
    spoil: ({ google }) => (google.project.lifecycleState = "DELETE_REQUESTED"),
  },
  {
    name: "marker",
    when: "the owner has not allowed it",
    found: /has no label refbench, expected refbench=allowed$/,
    fix: /^gcloud alpha projects update some-project --update-labels=refbench=allowed$/,
    change: (_, { endpoints, clock }) => ({
      marker: googleOwnerMarker(PROJECT, {
        auth: tokenAuth("a-token"),
        endpoints: { ...endpoints, storage: googleEndpoints({}).storage },
        clock,
      }),
    }),
  },
  {
    name: "credential",
    when: "the token ends before the teardown would",
    found: /lasts 1h 00m; a run with its teardown takes at most 5h 32m/,
    fix: /unset GOOGLE_OAUTH_ACCESS_TOKEN/,
    change: () => ({ credential: () => Promise.resolve({ kind: "token" }) }),
  },
  {
    name: "permissions",
    when: "the apply would be refused in its middle",
    found: /^not granted in the project: compute\.networks\.create, container\.clusters\.delete$/,
    fix: /gcloud projects add-iam-policy-binding some-project/,
    spoil: ({ google }) =>
      google.project.ungranted.add("compute.networks.create").add("container.clusters.delete"),
  },
  {
    name: "org-policies",
    when: "the organisation requires OS Login",
    found: /^compute\.requireOsLogin is set: the load runner is refused/,
    fix: /^gcloud resource-manager org-policies disable-enforce compute\.requireOsLogin --project=some-project/,
    change: (_, { google }) => {
      google.project.orgPolicies = new Map([
        ["constraints/compute.requireOsLogin", { booleanPolicy: { enforced: true } }],
      ]);
      return {};
    },
  },
  {
    name: "apis",
    when: "an API is off",
    found: /not enabled: container\.googleapis\.com, sqladmin\.googleapis\.com/,
    fix: /^gcloud services enable container\.googleapis\.com sqladmin\.googleapis\.com --project=some-project$/,
    spoil: ({ google }) =>
      (google.project.services = google.project.services.filter(
        (name) => !["container", "sqladmin"].includes(name),
      )),
  },
  {
    name: "quota",
    when: "a family has too few cores left",
    found: /^N2_CPUS in us-central1: 10 needed, 9 of 24 free$/,
    fix: /console\.cloud\.google\.com.*project=some-project/,
    spoil: ({ setQuota }) => setQuota("N2_CPUS", 24, 15),
  },
  {
    name: "quota",
    when: "disks and networks are short",
    found: /SSD_TOTAL_GB in us-central1: 420 needed, 100 .*; NETWORKS: 1 needed, 0 of 5 free/,
    fix: /smaller --size/,
    spoil: ({ setQuota }) => {
      setQuota("SSD_TOTAL_GB", 100, 0);
      setQuota("NETWORKS", 5, 5);
    },
  },
  {
    name: "kubernetes-version",
    when: "the zone's channel no longer offers the version",
    found: /1\.35 is not offered in channel REGULAR in us-central1-a, which has 1\.37, 1\.36, 1\.350/,
    fix: /^--set kubernetesVersion=1\.37$/,
    spoil: ({ google }) =>
      google.documents.set(`container/projects/${PROJECT}/locations/us-central1-a/serverConfig`, {
        validMasterVersions: ["1.35.4-gke.100"],
        channels: [
          { channel: "RAPID", validVersions: ["1.35.4-gke.100"] },
          {
            channel: "REGULAR",
            validVersions: ["1.37.1-gke.1", "1.36.2-gke.4", "1.36.1-gke.2", "1.350.0-gke.1"],
          },
        ],
      }),
  },
  {
    name: "kubernetes-version",
    when: "only the extended channel has the version",
    found: /1\.33 is not offered in channel REGULAR in us-central1-a, which has 1\.36, 1\.35$/,
    fix: /^--set kubernetesChannel=EXTENDED, or --set kubernetesVersion=1\.36$/,
    change: () => ({ size: resolveSize("gke", "100", { kubernetesVersion: "1.33" }) }),
  },
  {
    name: "postgres-version",
    when: "Cloud SQL does not know the version",
    found: /does not know POSTGRES_16/,
    fix: /--set database\.version/,
    spoil: ({ google }) => (google.project.postgresVersions = ["POSTGRES_15"]),
  },
  {
    name: "machine-types",
    when: "the zone lacks one",
    found: /us-central1-a does not offer e2-standard-16/,
    fix: /gcloud compute machine-types list --project=some-project --zones=us-central1-a/,
    spoil: ({ google }) => google.project.machineTypes.delete("e2-standard-16"),
  },
  {
    name: "machine-types",
    when: "the zone lacks the processor",
    found: /us-central1-a does not offer Intel Ice Lake for the measured machines/,
    fix: /^--zone .*gcloud compute zones list --project=some-project/,
    spoil: ({ google }) => (google.project.cpuPlatforms = ["Intel Cascade Lake"]),
  },
  {
    name: "machine-types",
    when: "Google has removed the build that machines start from",
    found: /Google has removed projects\/debian-cloud\/global\/images\/debian-12-/,
    fix: /machine-image\.ts: gcloud compute images list/,
    spoil: ({ google }) => google.project.removedImages.add(DEBIAN_IMAGE),
  },
  {
    name: "artefacts",
    when: "there is no such chart",
    found: /chart coder \d+\.\d+\.\d+: not found at https:\/\/helm\.coder\.com/,
    fix: /--set coder\.version/,
    change: () => ({
      web: ({ url }) => Promise.resolve({ status: url.includes("helm") ? 404 : 200, text: '{"token":"t"}' }),
    }),
  },
  {
    name: "licence",
    when: "a licensed size has none",
    found: /size 1200 needs high_availability/,
    fix: /REFBENCH_LICENCE_FILE/,
    change: () => ({ size: resolveSize("gke", "1200") }),
  },
  {
    name: "licence",
    when: "it is bound to another deployment",
    found: /bound to one deployment/,
    fix: /ask Coder/,
    change: () => ({
      size: resolveSize("gke", "1200"),
      licence: licenceOf({ ...GOOD_CLAIMS, deployment_ids: ["planted"] }),
    }),
  },
  {
    name: "names",
    when: "something of this run exists",
    found: /1 resource of this run already exists: google_compute_network bench-5t6w4y1z0abc-net/,
    fix: /refbench teardown 01kb3v9x2m7q8r5t6w4y1z0abc/,
    spoil: ({ google }) => google.put("global", "networks", { name: "bench-5t6w4y1z0abc-net" }),
  },
  {
    name: "leftovers",
    when: "an expired run left something",
    found: /1 resource expired: google_compute_disk left-disk/,
    fix: /^refbench sweep --project some-project$/,
    spoil: ({ google }) =>
      google.put("zones/us-central1-a", "disks", {
        name: "left-disk",
        labels: { "bench-run": "01kb3v9x2m7q8r5t6w4y1z0xyz", "bench-expires": "1700000000" },
      }),
  },
  {
    name: "leftovers",
    when: "the inventory cannot be asked",
    found: /no teardown could be verified/,
    fix: /permission to list/,
    spoil: ({ google }) => google.refuse({ match: "aggregated/disks", status: 403 }),
  },
];

describe("a failed check says what it found and what to do", () => {
  test.each(FAILING)("$name fails when $when", async ({ name, found, fix, spoil, change }) => {
    const result = (await preflight(spoil, change, name))(name);
    expect(result.state).toBe("failed");
    expect(result.found).toMatch(found);
    expect(result.fix).toMatch(fix);
  });

  test("every check of the list is among them", () => {
    expect([...new Set(FAILING.map(({ name }) => name))].sort()).toEqual(
      // Google itself guards a cluster's API.
      GOOGLE_CHECKS.map(({ name }) => name)
        .filter((name) => name !== "cluster-access")
        .sort(),
    );
  });
});

describe("a check that got no answer is unknown, never ok", () => {
  test.each([
    ["permissions", ":testIamPermissions"],
    ["org-policies", ":getEffectiveOrgPolicy"],
    ["apis", "services?"],
    ["quota", "/regions/us-central1"],
    ["kubernetes-version", "serverConfig"],
    ["postgres-version", "sql/flags"],
    ["machine-types", "machineTypes/n2"],
  ] as const)("%s, when its call is denied", async (name, match) => {
    const of = await preflight(({ google }) => google.refuse({ match, status: 403 }), undefined, name);
    expect(of(name)).toMatchObject({ state: "unknown", found: expect.stringContaining("403") });
  });

  test("quota of a family that the cloud does not list", async () => {
    const of = await preflight(({ setQuota }) => setQuota("N2_CPUS", undefined));
    expect(of("quota")).toMatchObject({
      state: "unknown",
      found: expect.stringMatching(/no quota is listed for N2_CPUS/),
    });
  });

  test("processors, when the zone does not list them", async () => {
    const of = await preflight(
      ({ google }) => google.documents.set(`compute/projects/${PROJECT}/zones/us-central1-a`, {}),
      undefined,
      "machine-types",
    );
    expect(of("machine-types")).toMatchObject({
      state: "unknown",
      found: expect.stringMatching(/does not report its processors; needed: Intel Ice Lake/),
    });
  });

  test("chart and image, without an answer", async () => {
    const of = await preflight(undefined, () => ({
      web: ({ url }) => Promise.reject(new Error(`getaddrinfo ENOTFOUND ${new URL(url).host}`)),
    }));
    expect(of("artefacts")).toMatchObject({
      state: "unknown",
      found:
        "not reachable from this machine: helm.coder.com, ghcr.io, registry-1.docker.io, nodejs.org (getaddrinfo ENOTFOUND helm.coder.com)",
    });
  });

  test("a token with unknown expiry", async () => {
    const of = await preflight(
      ({ google }) => (google.project.tokenInfo = {}),
      () => ({ credential: () => Promise.resolve({ kind: "token" }) }),
    );
    expect(of("credential").state).toBe("unknown");
    expect(of("identity").found).toMatch(/an unnamed identity/);
  });
});

test("nothing is asked of a project that is not the one that was meant", async () => {
  await using ready = await readyProject();
  const context = { ...ready.context, ambientProjects: { GOOGLE_PROJECT: "production" } };
  const results = await runChecks(GOOGLE_CHECKS, context, signal);
  expect(ready.google.requests).toEqual([]);
  expect(results.find(({ name }) => name === "quota")).toMatchObject({
    state: "unknown",
    found: "not checked, because identity failed",
  });
});

test("a project whose owner allows it passes, and an emulated one has no owner", async () => {
  const of = await preflight(
    undefined,
    () => ({ marker: () => Promise.resolve({ state: "allowed" }) }),
    "marker",
  );
  expect(of("marker")).toMatchObject({ state: "ok", found: "project some-project allows refbench" });
  expect((await preflight(undefined, undefined, "marker"))("marker").state).toBe("skipped");
});

test("a variable that enters the cluster as somebody else is reported if the size has a cluster", async () => {
  const change = (): Partial<GoogleContext> => ({ otherInClusters: "GOOGLE_CREDENTIALS" });
  expect((await preflight(undefined, change, "credential"))("credential")).toMatchObject({
    state: "unknown",
    found: expect.stringMatching(/^renewed automatically.*only Terraform uses GOOGLE_CREDENTIALS/),
    fix: expect.stringMatching(/^unset GOOGLE_CREDENTIALS, and export GOOGLE_APPLICATION_CREDENTIALS=/),
  });
  const machine = { ...change(), architecture: getArchitecture("gce-vm") };
  expect((await preflight(undefined, () => machine, "credential"))("credential").state).toBe("ok");
});

test("a token that lasts long enough passes", async () => {
  const of = await preflight(
    ({ google }) => (google.project.tokenInfo = { expires_in: "43200" }),
    () => ({ credential: () => Promise.resolve({ kind: "token" }) }),
  );
  expect(of("credential").state).toBe("ok");
});

test("APIs on later pages count", async () => {
  const of = await preflight(({ google }) => (google.project.pageSize = 2));
  expect(of("apis").state).toBe("ok");
});

test("a load runner that may be reached on a condition only is not known to be, and without one it is not asked", async () => {
  const spoil = ({ google }: Ready): unknown =>
    google.project.ungranted.add("iap.tunnelInstances.accessViaIAP");
  expect((await preflight(spoil, undefined, "permissions"))("permissions")).toMatchObject({
    state: "unknown",
    found: expect.stringMatching(/reach the load runner.*: iap\.tunnelInstances\.accessViaIAP$/),
    fix: expect.stringContaining("roles/iap.tunnelResourceAccessor"),
  });
  const local = await preflight(spoil, () => ({ runner: "local" }), "permissions");
  expect(local("permissions").state).toBe("ok");
});

test("a run that may not read what Google measures begins, and the check says what its record lacks", async () => {
  const spoil = ({ google }: Ready): unknown => google.project.ungranted.add("monitoring.timeSeries.list");
  expect((await preflight(spoil, undefined, "permissions"))("permissions")).toMatchObject({
    state: "ok",
    found: expect.stringMatching(/without monitoring\.timeSeries\.list the record lacks/),
  });
});

test("who generates load in pods may create Jobs and exec into them, and needs no tunnel", async () => {
  const permissions = async (ungranted: string, runner: "job" | "local"): Promise<unknown> =>
    (
      await preflight(
        ({ google }) => google.project.ungranted.add(ungranted),
        () => ({ runner }),
        "permissions",
      )
    )("permissions");
  expect(await permissions("iap.tunnelInstances.accessViaIAP", "job")).toMatchObject({ state: "ok" });
  expect(await permissions("container.pods.exec", "local")).toMatchObject({ state: "ok" });
  expect(await permissions("container.pods.exec", "job")).toMatchObject({
    state: "failed",
    found: "not granted in the project: container.pods.exec",
  });
});

test.each([
  ["gke", "container.clusters.create", true],
  ["gce-docker", "container.clusters.create", false],
  ["gce-vm", "resourcemanager.projects.setIamPolicy", true],
  ["gce-docker", "resourcemanager.projects.setIamPolicy", false],
])("%s is asked about %s: %s", async (name, permission, asked) => {
  const of = await preflight(
    ({ google }) => google.project.ungranted.add(permission),
    () => ({ architecture: getArchitecture(name), size: resolveSize(name, "canary") }),
    "permissions",
  );
  expect(of("permissions").state).toBe(asked ? "failed" : "ok");
});

test("things of live runs and manual environments are not leftovers", async () => {
  const later = String(Date.UTC(2030, 0, 1) / 1_000);
  const of = await preflight(({ google }) => {
    const disk = (name: string, labels: Record<string, string>): unknown =>
      google.put("zones/us-central1-a", "disks", {
        name,
        labels: { "bench-run": `01kb3v9x2m7q8r5t6w4y1z0${name}`, ...labels },
      });
    disk("abd", { "bench-expires": later });
    disk("abe", { "bench-expires": "1700000000", "bench-managed": "manual" });
    disk("abf", { "bench-expires": "never" });
  });
  expect(of("leftovers")).toMatchObject({ state: "ok", found: expect.stringMatching(/3 of active runs/) });
});

test("no finding carries the licence or the token", async () => {
  const licence = licenceOf({ ...GOOD_CLAIMS, require_telemetry: true });
  await using ready = await readyProject();
  const results = await runChecks(
    GOOGLE_CHECKS,
    { ...ready.context, size: resolveSize("gke", "1200"), licence },
    signal,
  );
  for (const part of [...licence.split("."), "a-token"]) expect(JSON.stringify(results)).not.toContain(part);
});
