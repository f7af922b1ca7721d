import type { Architecture, Size } from "../../../reference-architectures/architecture.ts";
import { AWS_POLICIES } from "../../inventory/preflight/aws/policies.ts";
import { apisOf } from "../../inventory/preflight/google/apis.ts";
import { googlePermissions } from "../../inventory/preflight/google/permissions.ts";
import { OBSERVING_RIGHTS, RIGHTS } from "../../inventory/preflight/kubernetes/rights.ts";
import type { RunSettings } from "../../composition/settings/run-settings.ts";
import type { PlannedPermissions } from "./plan-document.ts";

/** Returns what the preflight asks the identity of a run for; of AWS what the documentation lists. */
export function plannedPermissions(
  architecture: Architecture,
  size: Size,
  runner: RunSettings["runner"],
): PlannedPermissions {
  switch (architecture.cloud) {
    case "google":
      return {
        cloud: "google",
        apis: apisOf(architecture, size),
        ...googlePermissions(architecture, size, runner),
      };
    case "aws":
      return { cloud: "aws", policies: AWS_POLICIES };
    case "kubernetes":
      return { cloud: "kubernetes", rules: RIGHTS, observing: OBSERVING_RIGHTS };
  }
}
