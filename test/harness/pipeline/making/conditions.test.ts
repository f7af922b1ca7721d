import { describe, expect, test } from "vitest";
import { getArchitecture, resolveSize } from "../../../../reference-architectures/catalogue.ts";
import {
  imageConditions,
  listConditions,
  pullsCoder,
  pullsWorkspaceImage,
} from "../../../../harness/pipeline/making/conditions.ts";
import { describePlatform } from "../../../../harness/pipeline/record/describe-platform.ts";
import type { Environment, OwnCluster } from "../../../../stacks/environment.ts";
import { RUN } from "../../../stacks/synthesize.ts";
import { GOOGLE_PLAN } from "../../../support/cloud-plan.ts";

interface Asked extends Partial<Omit<Parameters<typeof listConditions>[0], "architecture" | "size">> {
  readonly architecture?: string;
  readonly sizeName?: string;
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/** The conditions of a run: by default a real one of a canary on GKE, from a load runner. */
function conditions({ architecture = "gke", sizeName = "canary", overrides = {}, ...run }: Asked = {}) {
  return listConditions({
    architecture: getArchitecture(architecture),
    size: resolveSize(architecture, sizeName, overrides).figures,
    runner: "network",
    cloud: { ...GOOGLE_PLAN, skippedCanary: false },
    realCoder: false,
    tls: false,
    ...run,
  });
}

const REHEARSAL = { cloud: undefined, runner: "local" } as const;
const startingWith = (words: string) => expect.stringContaining(words) as string;

test("a Coder that traces is a condition, because tracing costs", () => {
  const traced = startingWith("Coder's tracing: on");
  expect(conditions()).not.toContainEqual(traced);
  expect(conditions({ overrides: { coderTraces: "http://collector:4317" } })).toContainEqual(traced);
});

test.each([
  ["gke", ", on 2 × n2-standard-32 of their own"],
  ["kubernetes", ""],
])(
  "external provisioners on %s are a condition with their size, machines and tags",
  (architecture, where) => {
    const overrides = { "externalProvisioners.tags": "zone=a" };
    expect(conditions({ architecture, sizeName: "validated-1k", overrides })).toContain(
      `external provisioners: 60 of 1000m CPU and 1024 MiB each${where}, tags zone=a`,
    );
    expect(conditions().filter((one) => one.startsWith("external provisioners"))).toEqual([]);
  },
);

describe("the condition that names what each build waits for", () => {
  test.each(["gke", "eks", "gce-docker", "gce-vm"])(
    "on %s providers come from a mirror, unless the registry was asked for",
    (architecture) => {
      const mirrored = startingWith("Terraform providers of builds: from a folder beside each Coder server");
      const downloaded = startingWith("first builds: each provisioner daemon downloads");
      expect(conditions({ architecture })).toContainEqual(mirrored);
      expect(conditions({ architecture })).not.toContainEqual(downloaded);
      const fromRegistry = conditions({ architecture, overrides: { templateProviders: "registry" } });
      expect(fromRegistry).toContainEqual(downloaded);
      expect(fromRegistry).not.toContainEqual(mirrored);
    },
  );

  test.each([
    ["gke", true],
    ["eks", true],
    ["gce-docker", true],
    ["gce-vm", false],
  ])("on %s an image is pulled before the load: %s", (architecture, pulled) => {
    expect(conditions({ architecture }).includes(PULLED)).toBe(pulled);
  });
  const PULLED = "workspace image: pulled to the workspaces' machines before the first build";

  test("build times include disks of the cloud if pods have them", () => {
    const disks = startingWith("build times: include making and attaching a disk of the cloud");
    expect(conditions()).toContainEqual(disks);
    expect(conditions()).toContain("home volumes: 10 GiB each");
    const none = conditions({ overrides: { homeVolumeGib: 0 } });
    expect(none).not.toContainEqual(disks);
    expect(none).toContain("home volumes: none");
    expect(conditions({ architecture: "gce-vm" })).not.toContainEqual(disks);
  });

  test("a rehearsal has none of these", () => {
    expect(conditions(REHEARSAL).join()).not.toMatch(/provider|workspace image|disk of the cloud/);
  });
});

describe("the conditions of the figures", () => {
  test.each([
    [{}, "generator: a separate machine inside Coder's network"],
    [{ runner: "local" }, "generator: the machine that started the run, over its own route to Coder"],
    [REHEARSAL, "generator: shares its machine with the emulated Coder"],
    [
      { ...REHEARSAL, realCoder: true },
      "generator: shares its machine with Coder, its database and the workspaces",
    ],
  ] as const)("%j", (asked, words) => {
    expect(conditions(asked)).toContainEqual(startingWith(words));
  });

  test.each([
    [{ sizeName: "1200" }, "Coder licence: given"],
    [{ sizeName: "1200", ...REHEARSAL }, "Coder licence: simulated"],
  ] as const)("a licensed size: %j", (asked, words) => {
    expect(conditions(asked)[0]).toContain(words.slice(0, "Coder licence".length));
    expect(conditions(asked).includes("Coder licence: simulated")).toBe(words.endsWith("simulated"));
  });

  test("neither a size without a licence nor a real local server has a licence condition", () => {
    expect(conditions().join()).not.toContain("licence");
    expect(conditions({ sizeName: "1200", ...REHEARSAL, realCoder: true }).join()).not.toContain("licence");
  });

  test("a real server on this machine is one replica with all daemons", () => {
    const words = conditions({ sizeName: "1200", ...REHEARSAL, realCoder: true });
    expect(words).toContainEqual(startingWith("all 120 provisioner daemons (4 × 30)"));
    expect(words).toContainEqual(startingWith("agents: processes on this machine"));
    expect(words).toContainEqual(startingWith("Postgres: on this machine"));
  });

  test("TLS, rate limits and tokens are always named", () => {
    expect(conditions()).toEqual(
      expect.arrayContaining([
        "rate limits: off",
        "TLS: off inside the network",
        "user tokens: created by the site admin",
      ]),
    );
    expect(conditions({ tls: true })).toContain("TLS: self-signed by the run's own CA");
  });
});

test("waived checks are named, and without any there is no condition", () => {
  expect(conditions().join()).not.toMatch(/cloud: |preflight: |canary: /);
  const endpoints = { AWS_ENDPOINT_URL: "http://127.0.0.1:5000" };
  const waived = conditions({
    cloud: { ...GOOGLE_PLAN, endpoints, skippedChecks: ["quota", "apis"] },
  });
  expect(waived).toContain("cloud: some custom endpoints (AWS_ENDPOINT_URL)");
  expect(waived).toContain("preflight: skipped quota, apis");
  expect(waived).toContain("canary: skipped (--skip-canary)");
  expect(conditions({ cloud: { ...GOOGLE_PLAN, endpoints, emulated: true } })).toContain(
    "cloud: emulated (AWS_ENDPOINT_URL)",
  );
});

test("figures with other images or other sources of providers do not form a series", () => {
  const platform = (overrides: Readonly<Record<string, unknown>>, architecture = "gke") =>
    describePlatform(
      {
        size: resolveSize(architecture, "canary", overrides).figures,
        runner: "network",
        rehearsal: undefined,
      },
      { architecture },
    );
  expect(platform({})).toMatchObject({
    templateProviders: "mirror",
    workspaceImage: expect.stringContaining("docker.io/codercom/") as string,
  });
  expect(platform({ templateProviders: "registry" })).toMatchObject({ templateProviders: "registry" });
  expect(platform({ "workspacePod.image": "ghcr.io/acme/ws:1" })).toMatchObject({
    workspaceImage: "ghcr.io/acme/ws:1",
  });
  expect(platform({}, "gce-vm")).not.toHaveProperty("workspaceImage");
});

test("no version of Postgres is claimed for an image or a database of the user's own", () => {
  const postgres = (
    ownCluster: Partial<OwnCluster>,
    overrides: Readonly<Record<string, unknown>> = {},
  ): string | undefined =>
    describePlatform(
      {
        size: resolveSize("kubernetes", "canary", overrides).figures,
        runner: "job",
        rehearsal: undefined,
      },
      {
        architecture: "kubernetes",
        ownCluster: { kubeconfig: "/home/ada/kubeconfig", context: "mine", workspaceNodes: 1, ...ownCluster },
      },
    )["postgres"];
  expect(postgres({})).toBe("16");
  expect(postgres({ images: { postgres: "registry.example/postgres:15" } })).toBe(
    "registry.example/postgres:15",
  );
  expect(postgres({}, { "database.kind": "external" })).toBe("the user's own");
});

describe("images of the user's own", () => {
  const size = resolveSize("kubernetes", "canary", {}).figures;
  const plan = { cloud: { ...GOOGLE_PLAN, skippedCanary: false }, size };
  const environment = (own: Pick<OwnCluster, "images" | "chart">): Environment => ({
    ...RUN,
    architecture: "kubernetes",
    ownCluster: { kubeconfig: "/home/ada/kubeconfig", context: "mine", workspaceNodes: 1, ...own },
  });

  test("are named, and no public image is claimed in their place", () => {
    const images = { coder: "registry.example/coder:2.31.0", workspace: "registry.example/workspace:7" };
    const own = environment({ images, chart: "/home/ada/chart" });
    expect(imageConditions(plan, own)).toEqual([
      "Postgres' image: by its tag (docker.io/library/postgres:16.11-bookworm), without a digest",
      "image of coder: registry.example/coder:2.31.0, given by --image",
      "image of workspace: registry.example/workspace:7, given by --image",
      "Coder's chart: given by --chart",
    ]);
    // The digest of a public image would be recorded for one that no node pulled.
    expect([pullsCoder(plan, own), pullsWorkspaceImage(plan, own)]).toEqual([false, false]);
  });

  test("leave the others public", () => {
    const own = environment({ images: { postgres: "registry.example/postgres:16" } });
    expect([pullsCoder(plan, own), pullsWorkspaceImage(plan, own)]).toEqual([true, true]);
    expect(imageConditions(plan, own)).toEqual([
      expect.stringContaining("Coder's image: by its tag"),
      expect.stringContaining("workspace image: by its tag"),
      "image of postgres: registry.example/postgres:16, given by --image",
    ]);
  });
});
