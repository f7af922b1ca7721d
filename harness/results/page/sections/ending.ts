import type { RunCost } from "../../../model/record/cost.ts";
import type { RunRecord, Teardown } from "../../../model/record/record.ts";
import { NO_FIGURE } from "../../format/format.ts";
import { formatCount } from "../../../tools/count-text.ts";
import { dataTable, termList } from "../parts/data-table.ts";
import { type Html, html } from "../parts/html.ts";
import { usd } from "../parts/page-figures.ts";
import { chip } from "../parts/status.ts";
import { heading } from "../parts/heading.ts";

/** Draws the cost of the run and the prices behind it. */
export function costSection({ cost }: RunRecord): Html {
  if (cost === undefined)
    return html`${heading(2, "Cost")}
      <p>The record contains no cost.</p>`;
  const { estimate, ceiling, spent, basis } = cost;
  return html`${heading(2, "Cost")}
  ${termList([
    ["Spent", spent === undefined ? "unknown" : usd(spent)],
    ["Basis", BASES[basis]],
    ["Estimated before the run", usd(estimate.total)],
    ["Of which for teardown", usd(estimate.teardownReserve)],
    ["While deployed", `${usd(estimate.perHour)} an hour, ${estimate.hours.toFixed(2)} hours expected`],
    ["Limit", ceiling === undefined ? "none" : usd(ceiling)],
    ["Prices", `as of ${estimate.prices}, ${estimate.region}`],
  ])}
  ${
    estimate.items.length > 0 &&
    html`<details>
      <summary>The estimate, item by item</summary>
      ${dataTable({
        label: "Estimate, item by item",
        header: ["Item", "Quantity", "Rate", "Amount"],
        right: new Set([1, 2, 3]),
        rows: estimate.items.map(({ what, quantity, rate, per, amount }) => [
          what,
          formatCount(quantity),
          `$${rate}${per === "hour" ? " an hour" : ""}`,
          usd(amount),
        ]),
      })}
    </details>`
  }`;
}

const BASES: Readonly<Record<RunCost["basis"], string>> = {
  estimated: "estimated from list prices; no bill was read",
  billed: "a bill",
  simulated: "simulated: a rehearsal costs nothing; the hours are the twin's",
};

/** Draws what the teardown left, what had to be swept, and what was checked. */
export function teardownSection({ teardown, kept }: RunRecord): Html {
  return html`${heading(2, "Teardown")}
  ${kept !== undefined && html`<p class="notice">The environment was kept until at most ${kept.until}: ${kept.reason}</p>`}
  ${teardown.state === "pending" ? html`<p>${chip("pending")} Remaining resources are not known yet.</p>` : inventory(teardown)}`;
}

function inventory({
  state,
  scope,
  finishedAt,
  left,
  swept,
  problems,
}: Exclude<Teardown, { state: "pending" }>): Html {
  return html`${termList([
    ["Result", chip(state)],
    ["Checked", scope],
    [
      "Checked at",
      html`<time datetime="${finishedAt}"
          >${finishedAt.replace("T", " ").slice(0, "2026-11-22 07:00:00".length)}</time
        >
        UTC`,
    ],
    [
      "Remaining",
      left.length === 0 ? (state === "unverified" ? "unknown" : "nothing") : formatCount(left.length),
    ],
    [
      "Swept",
      swept.length === 0
        ? "nothing"
        : `${formatCount(swept.length)}: each is a defect of the destroy before it`,
    ],
  ])}
  ${left.length > 0 && html`${heading(3, "Remaining")} ${items("Remaining resources", left)}`}
  ${swept.length > 0 && html`${heading(3, "Swept after the destroy")} ${items("Swept resources", swept)}`}
  ${
    problems.length > 0 &&
    html`${heading(3, "Problems")}
      <ul>
        ${problems.map((each) => html`<li>${each}</li> `)}
      </ul>`
  }`;
}

function items(
  label: string,
  found: readonly { kind: string; name: string; location?: string | undefined; id: string }[],
): Html {
  return dataTable({
    label,
    header: ["Name", "Kind", "Location", "Id"],
    rows: found.map(({ name, kind, location, id }) => [
      name,
      kind,
      location ?? NO_FIGURE,
      html`<code>${id}</code>`,
    ]),
  });
}
