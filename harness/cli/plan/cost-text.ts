import { formatUsd } from "../../model/record/usd.ts";
import type { PlanDocument } from "./plan-document.ts";

/** How many lines of a month's bill are named. */
const DEAREST = 5;

/** What a run costs, an hour of the environment, and a month in which it stands. */
export function costSection({ cost: { run, month }, simulated }: PlanDocument): readonly string[] {
  if (run.state === "not-priced") return [`Cost: not estimated, ${run.reason}`];
  const { total, hours, perHour, teardownReserve, prices, region, notes } = run.estimate;
  return [
    `Cost by prices of ${prices} in ${region}${simulated ? " (a rehearsal costs nothing)" : ""}`,
    `  an hour with what makes the load: ${formatUsd(perHour)}`,
    `  a run of ${hours.toFixed(2)} h: ${formatUsd(total)}, ${formatUsd(teardownReserve)} of it for the teardown`,
    ...(month.state === "not-priced"
      ? []
      : [
          `  a month of standing (730 h) without load and traffic: ${formatUsd(month.cost.perMonth)}`,
          ...month.cost.items
            .slice(0, DEAREST)
            .map(({ what, quantity, amount }) => `    ${formatUsd(amount)} ${shown(quantity)} ${what}`),
          ...(month.cost.items.length > DEAREST
            ? [`    and ${month.cost.items.length - DEAREST} smaller lines`]
            : []),
        ]),
    ...notes.map((note) => `  ${note}`),
  ];
}

function shown(quantity: number): string {
  return Number.isInteger(quantity) ? quantity.toLocaleString("en-US") : quantity.toFixed(2);
}
