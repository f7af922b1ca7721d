import { getArchitecture, resolveSize } from "../../../../reference-architectures/catalogue.ts";
import { googleApi } from "../../../../harness/inventory/google/api.ts";
import { tokenAuth } from "../../../../harness/inventory/google/auth.ts";
import type { GoogleEndpoints } from "../../../../harness/inventory/google/endpoints.ts";
import { googleInventory } from "../../../../harness/inventory/google/inventory.ts";
import type { GoogleContext } from "../../../../harness/inventory/preflight/google/context.ts";
import { googleOwnerMarker } from "../../../../harness/inventory/sweep/owner-marker/google.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { MockGoogle } from "../../../../rehearsal/google-api/mock-google.ts";

export const PROJECT = "some-project";

interface Ready extends AsyncDisposable {
  readonly google: MockGoogle;
  readonly endpoints: GoogleEndpoints;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly context: GoogleContext;
  /** Sets a quota where it is listed; without a limit it is not listed. */
  readonly setQuota: (metric: string, limit: number | undefined, usage?: number) => void;
}

/** A project that has all that `gke 100` needs. */
export async function readyProject(): Promise<Ready> {
  const clock = fakeClock();
  const google = new MockGoogle({ project: PROJECT, clock });
  const endpoints = await google.start();
  const auth = tokenAuth("a-token");
  const { project } = google;
  project.tokenInfo = { email: "ada@example.com", expires_in: "3600" };
  return {
    google,
    endpoints,
    clock,
    setQuota: (metric, limit, usage = 0) => {
      for (const quotas of [project.regionQuotas, project.projectQuotas]) {
        if (!quotas.has(metric)) continue;
        if (limit === undefined) quotas.delete(metric);
        else quotas.set(metric, { limit, usage });
      }
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
      web: () =>
        Promise.resolve({
          status: 200,
          text: '{"token":"t"}',
          rateLimit: "100;w=21600",
          rateRemaining: "100;w=21600",
        }),
      ambientProjects: { GOOGLE_PROJECT: PROJECT },
      credential: () => Promise.resolve({ kind: "renewing", from: "a user's sign-in" }),
      call: googleApi({ auth, endpoints, clock }),
      marker: googleOwnerMarker(PROJECT, { auth, endpoints, clock }),
    },
    [Symbol.asyncDispose]: () => google[Symbol.asyncDispose](),
  };
}
