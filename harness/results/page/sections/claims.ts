import type { Claim } from "../../../model/observation/claims.ts";
import { formatCount } from "../../../tools/count-text.ts";
import { NO_FIGURE } from "../../format/format.ts";
import { threeDigits } from "../../format/unit-words.ts";
import { dataTable } from "../parts/data-table.ts";
import { heading } from "../parts/heading.ts";
import { type Child, type Html, html, small } from "../parts/html.ts";

/** Draws the figures that sizing rests on; undefined where the record has none. */
export function claimsSection(claims: readonly Claim[] | undefined): Html | undefined {
  if (claims === undefined || claims.length === 0) return undefined;
  return html`${heading(2, "Claims")}
    <p class="note">
      Figures that sizing rests on, as this load measured them: the median of the samples, with their 5th and
      95th percentile.
    </p>
    ${claimsTable(claims, "Claims")}`;
}

/** Draws claims with what was measured, and whether it agrees with what is published. */
export function claimsTable(claims: readonly Claim[], label: string): Html {
  return dataTable({
    label,
    isProse: true,
    header: ["Claim", "Measured", "Published"],
    rows: claims.map((claim) => [
      [claim.words, claim.why !== undefined && small(claim.why)],
      measuredOf(claim),
      publishedOf(claim),
    ]),
  });
}

function measuredOf({ measured, unit }: Claim): Child {
  if (measured === undefined) return NO_FIGURE;
  const { median, low, high, samples } = measured;
  return [
    `${threeDigits(median)} ${unit}`,
    small(`${threeDigits(low)} to ${threeDigits(high)}, ${formatCount(samples)} samples`),
  ];
}

function publishedOf({ published, unit }: Claim): Child {
  if (published.length === 0) return NO_FIGURE;
  return published.map(({ value, source, agrees }) => [
    html`<span class="${agrees === undefined ? "idle" : agrees ? "better" : "worse"}"
      >${threeDigits(value)}
      ${unit}${agrees === undefined ? "" : agrees ? ": agrees" : ": does not agree"}</span
    >`,
    small(source),
  ]);
}
