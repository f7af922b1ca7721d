import type { Architecture, Size } from "../../../reference-architectures/architecture.ts";
import { estimateCost } from "../../../reference-architectures/cost/estimate.ts";
import { costEstimate } from "../../model/record/cost.ts";
import { RefbenchError } from "../../tools/error.ts";
import { formatUsd } from "../../model/record/usd.ts";
import type { Plan } from "../folder/plan.ts";

/** The figures on which a run's cost depends, and its ceiling. */
export interface CostRequest {
  readonly architecture: Architecture;
  /** The size's name, and its figures with overrides applied. */
  readonly sizeName: string;
  readonly size: Size;
  readonly region: string;
  readonly runner: Plan["runner"];
  /** Nodes of the environment's cluster for pods that generate load. */
  readonly generators?: number | undefined;
  /** Nothing is billed: in a rehearsal or on an emulated cloud. */
  readonly simulated: boolean;
  /** How many loads the run makes, one after the other. @default 1 */
  readonly loads?: number;
  /** `--max-cost`, USD. */
  readonly ceiling: number | undefined;
}

/**
 * The planned cost of a run, or why there is no estimate. Throws `usage` when the estimate exceeds the
 * ceiling.
 */
export function planCost(
  request: CostRequest,
): { readonly cost: NonNullable<Plan["cost"]> } | { readonly notPriced: string } {
  const { architecture, sizeName, size, region, runner, generators, simulated, ceiling, loads = 1 } = request;
  const estimation = estimateCost(architecture, size, {
    region,
    runner: runner === "network",
    generators,
    loads,
  });
  if (estimation.state === "not-priced") {
    if (ceiling === undefined) return { notPriced: estimation.reason };
    throw new RefbenchError(
      "usage",
      `--max-cost ${formatUsd(ceiling)} cannot be watched: ${estimation.reason}; choose one of these, or omit --max-cost`,
    );
  }
  const estimate = costEstimate.parse(estimation.estimate);
  if (ceiling !== undefined && estimate.total > ceiling) {
    // Rounded up, so that the amount in the message is enough.
    const least = Math.ceil(estimate.total * 100) / 100;
    throw new RefbenchError(
      "usage",
      `--max-cost is ${formatUsd(ceiling)}, but ${architecture.name} ${sizeName} is estimated at ${formatUsd(estimate.total)} (${estimate.hours.toFixed(2)} h at ${formatUsd(estimate.perHour)} an hour, prices of ${estimate.prices}); nothing was created: expected at least ${formatUsd(least)}, or choose a smaller size from "refbench architectures show ${architecture.name}"`,
    );
  }
  return {
    cost: {
      estimate,
      ...(ceiling === undefined ? {} : { ceiling }),
      basis: simulated ? "simulated" : "estimated",
    },
  };
}
