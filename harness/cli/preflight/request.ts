import { getArchitecture, type ResolvedSize } from "../../../reference-architectures/catalogue.ts";
import type { CheckName } from "../../inventory/preflight/check.ts";
import type { PreflightContext } from "../../inventory/preflight/context.ts";
import { web } from "../../inventory/preflight/web.ts";
import { systemClock } from "../../model/clock.ts";
import { DEADLINES_MS } from "../../pipeline/plan.ts";
import { createTerraform } from "../../terraform/terraform.ts";
import type { Io } from "../io.ts";

/** What `refbench preflight` is asked for. */
export interface PreflightRequest {
  readonly size: ResolvedSize;
  readonly rehearse: boolean;
  /** Google project. */
  readonly project: string | undefined;
  /** AWS account. */
  readonly account: string | undefined;
  readonly fail: ReadonlySet<CheckName>;
  readonly skip: string | undefined;
  readonly licence: string | undefined;
}

/** The longest run there is, with its teardown. */
const NEEDED_MS = Object.values(DEADLINES_MS).reduce((sum, ms) => sum + ms, 0);

/** What the checks of every cloud and of the twin share. */
export function commonContext(
  { size, licence }: PreflightRequest,
  { env }: Io,
): Omit<PreflightContext, "project" | "inventory" | "sweepCommand"> {
  return {
    architecture: getArchitecture(size.architecture),
    size,
    clock: systemClock,
    neededMs: NEEDED_MS,
    terraform: (signal) => createTerraform().version({ env, signal }),
    web,
    ...(licence === undefined ? {} : { licence }),
  };
}
