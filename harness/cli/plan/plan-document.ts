import type { RoleRequest } from "../../../reference-architectures/capacity/own-cluster.ts";
import type { Estimation, MonthlyEstimation } from "../../../reference-architectures/cost/estimate.ts";
import type { QuotaNeed } from "../../../reference-architectures/quota/quota.ts";
import type { KindCount } from "../../forecast/count-kinds.ts";
import type { MadeByOthers } from "../../forecast/made-by-others.ts";
import type { Provisioning } from "../../forecast/provisioning.ts";
import type { GooglePermissions } from "../../inventory/preflight/google/permissions.ts";
import type { AwsPolicies } from "../../inventory/preflight/aws/policies.ts";
import type { Right } from "../../inventory/preflight/kubernetes/rights.ts";
import type { ExpectedTime } from "../expectation/expected-time.ts";

/** The permissions that the deploying identity needs, in the form of its cloud. */
export type PlannedPermissions =
  | ({ readonly cloud: "google"; readonly apis: readonly string[] } & GooglePermissions)
  | { readonly cloud: "aws"; readonly policies: readonly AwsPolicies[] }
  | { readonly cloud: "kubernetes"; readonly rules: readonly Right[]; readonly observing: readonly Right[] };

/** The result of `refbench plan`, as written with `--output json`. */
export interface PlanDocument {
  readonly schemaVersion: 1;
  readonly architecture: string;
  readonly size: string;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly cloud: "google" | "aws" | "kubernetes";
  readonly region: string;
  readonly zone: string;
  /** Whether the plan is one of a rehearsal, and the speed of its twin. */
  readonly simulated: boolean;
  readonly speed?: number;
  /** In the order of their applies. */
  readonly stacks: readonly string[];
  readonly resources: readonly KindCount[];
  readonly dataSources: readonly KindCount[];
  readonly madeByOthers: readonly MadeByOthers[];
  readonly provisioning: Provisioning;
  /** How long the newest recorded provision of this size took; absent if none is known. */
  readonly recordedProvision?: {
    readonly runId: string;
    readonly date: string;
    readonly seconds: number;
    readonly simulated: boolean;
  };
  /** The rest of a run, after its bootstrap, at its slow end. */
  readonly afterwards: ExpectedTime;
  /** Empty for a cluster of the user's own, which has `requests`. */
  readonly quota: readonly QuotaNeed[];
  readonly requests?: readonly RoleRequest[];
  readonly permissions: PlannedPermissions;
  readonly cost: { readonly run: Estimation; readonly month: MonthlyEstimation };
}
