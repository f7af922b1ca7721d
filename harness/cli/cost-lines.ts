import type { EstimatedCost } from "../../reference-architectures/cost/estimate.ts";
import type { RunCost } from "../model/record/cost.ts";
import { formatUsd } from "../model/record/usd.ts";
import { formatCount } from "../tools/count-text.ts";

/** How many of its parts an estimate names in a progress display. */
const DEAREST = 3;

/** An estimate in two lines: what it comes to, and what is dearest of it. */
export function costLines({ estimate, ceiling, basis }: Omit<RunCost, "spent">): readonly string[] {
  const { total, hours, perHour, prices, region, teardownReserve, items } = estimate;
  const simulated = basis === "simulated" ? " (simulated: nothing is billed)" : "";
  const most = ceiling === undefined ? "" : `, at most ${formatUsd(ceiling)}`;
  const dearest = items
    .slice(0, DEAREST)
    .map(({ what, quantity, amount }) => `${quantityWords(quantity)} ${what} ${formatUsd(amount)}`);
  return [
    `cost: ${formatUsd(total)} estimated${simulated}${most}; ${hours.toFixed(2)} h at ${formatUsd(perHour)} an hour, ${formatUsd(teardownReserve)} of it for the teardown; prices of ${prices}, ${region}`,
    `cost: dearest ${dearest.join(", ")}`,
  ];
}

/** All of an estimate, a line each, then what is to be known of its prices. */
export function costTable({ items, notes }: EstimatedCost): readonly string[] {
  const amounts = items.map(({ amount }) => (amount < 0.005 ? "<$0.01" : formatUsd(amount)));
  const width = Math.max(...amounts.map(({ length }) => length));
  const lines = items.map(
    ({ what, quantity }, index) =>
      `${(amounts[index] ?? "").padStart(width)}  ${quantityWords(quantity)} ${what}`,
  );
  return [...lines, ...notes];
}

function quantityWords(quantity: number): string {
  return Number.isInteger(quantity) ? formatCount(quantity) : quantity.toFixed(2);
}
