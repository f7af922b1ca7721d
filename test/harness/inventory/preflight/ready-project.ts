import { getArchitecture, resolveSize } from "../../../../reference-architectures/catalogue.ts";
import { DEBIAN_IMAGE } from "../../../../reference-architectures/machine-image.ts";
import { MACHINE_TYPES } from "../../../../reference-architectures/machine-types.ts";
import { googleApi } from "../../../../harness/inventory/google/api.ts";
import { tokenAuth } from "../../../../harness/inventory/google/auth.ts";
import type { GoogleEndpoints } from "../../../../harness/inventory/google/endpoints.ts";
import { googleInventory } from "../../../../harness/inventory/google/inventory.ts";
import type { GoogleContext } from "../../../../harness/inventory/preflight/google/context.ts";
import { googleOwnerMarker } from "../../../../harness/inventory/sweep/owner-marker/google.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeGoogle } from "../../../support/fake-google.ts";

export const PROJECT = "some-project";

interface Ready extends AsyncDisposable {
  readonly google: FakeGoogle;
  readonly endpoints: GoogleEndpoints;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly context: GoogleContext;
  /** Sets a quota where it is listed; without a limit it is not listed. */
  readonly setQuota: (metric: string, limit: number | undefined, usage?: number) => void;
}

const REGIONAL = ["CPUS", "N2_CPUS", "INSTANCES", "SSD_TOTAL_GB", "DISKS_TOTAL_GB", "IN_USE_ADDRESSES"];
const GLOBAL = ["CPUS_ALL_REGIONS", "NETWORKS", "SUBNETWORKS", "ROUTERS", "FIREWALLS"];

/** A project that has all that `gke 100` needs. */
export async function readyProject(): Promise<Ready> {
  const google = new FakeGoogle();
  const clock = fakeClock();
  const endpoints = await google.start();
  const auth = tokenAuth("a-token");
  const { documents } = google;
  documents.set(`resourceManager/projects/${PROJECT}`, {
    projectId: PROJECT,
    projectNumber: "42",
    lifecycleState: "ACTIVE",
  });
  documents.set("oauth2/tokeninfo", { email: "ada@example.com", expires_in: "3600" });
  google.services = ["cloudresourcemanager", "compute", "container", "iam", "iap", "sqladmin", "storage"];
  documents.set(`container/projects/${PROJECT}/locations/us-central1-a/serverConfig`, {
    // Without a channel there are others, and no new cluster may have them.
    validMasterVersions: ["1.36.1-gke.2", "1.34.9-gke.7"],
    channels: [
      { channel: "REGULAR", validVersions: ["1.36.1-gke.2", "1.35.4-gke.100"] },
      { channel: "EXTENDED", validVersions: ["1.35.4-gke.100", "1.33.9-gke.7"] },
    ],
  });
  documents.set("sql/flags", {
    items: [{ name: "max_connections", appliesTo: ["POSTGRES_15", "POSTGRES_16"] }],
  });
  for (const type of Object.keys(MACHINE_TYPES.google)) {
    documents.set(`compute/projects/${PROJECT}/zones/us-central1-a/machineTypes/${type}`, { name: type });
  }
  documents.set(`compute/projects/${PROJECT}/zones/us-central1-a`, {
    availableCpuPlatforms: ["Intel Broadwell", "Intel Cascade Lake", "Intel Ice Lake"],
  });
  documents.set(`compute/${DEBIAN_IMAGE}`, { status: "READY" });
  const quotas = new Map([...REGIONAL, ...GLOBAL].map((metric) => [metric, { limit: 5_000, usage: 3 }]));
  const publish = (): void => {
    const listed = (metrics: readonly string[]): unknown => ({
      quotas: metrics.flatMap((metric) => {
        const quota = quotas.get(metric);
        return quota === undefined ? [] : [{ metric, ...quota }];
      }),
    });
    documents.set(`compute/projects/${PROJECT}/regions/us-central1`, listed(REGIONAL));
    documents.set(`compute/projects/${PROJECT}`, listed(GLOBAL));
  };
  publish();
  return {
    google,
    endpoints,
    clock,
    setQuota: (metric, limit, usage = 0) => {
      if (limit === undefined) quotas.delete(metric);
      else quotas.set(metric, { limit, usage });
      publish();
    },
    context: {
      architecture: getArchitecture("gke"),
      size: resolveSize("gke", "100"),
      project: PROJECT,
      runId: "01kb3v9x2m7q8r5t6w4y1z0abc",
      clock,
      neededMs: 332 * 60_000,
      terraform: () => Promise.resolve({ version: "1.11.4", path: "/bin/terraform" }),
      missingTools: () => Promise.resolve([]),
      inventory: googleInventory({ project: PROJECT, auth, endpoints, clock }),
      sweepCommand: `refbench sweep --project ${PROJECT}`,
      web: () => Promise.resolve({ status: 200, text: '{"token":"t"}' }),
      ambientProjects: { GOOGLE_PROJECT: PROJECT },
      credential: () => Promise.resolve({ kind: "renewing", from: "a user's sign-in" }),
      call: googleApi({ auth, endpoints, clock }),
      marker: googleOwnerMarker(PROJECT, { auth, endpoints, clock }),
    },
    [Symbol.asyncDispose]: () => google[Symbol.asyncDispose](),
  };
}
