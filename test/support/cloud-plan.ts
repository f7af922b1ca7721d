import type { CloudPlan } from "../../harness/pipeline/folder/plan.ts";

/** The plan of a real run on Google that skipped its canary. */
export const GOOGLE_PLAN: CloudPlan = {
  provider: "google",
  project: "my-benchmarks",
  region: "europe-west1",
  zone: "europe-west1-b",
  endpoints: {},
  emulated: false,
  stacks: "0123456789abcdef",
  skippedChecks: [],
  skippedCanary: true,
};
