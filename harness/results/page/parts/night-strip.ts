import type { RunRecord } from "../../../model/record/record.ts";
import { isNightly, nightsOf } from "../../nights/night.ts";
import { type Html, html } from "./html.ts";
import { runPath } from "./paths.ts";
import { toneOf } from "./status.ts";

/** How many nights a strip shows. */
const SHOWN = 14;

/** Draws the last nights of a size as squares, oldest first, each linked to its run. */
export function nightStrip(
  records: readonly RunRecord[],
  {
    architecture,
    size,
    missing,
  }: { readonly architecture: string; readonly size: string; readonly missing: readonly string[] },
): Html {
  const nights = nightsOf(
    records.filter((each) => isNightly(each) && each.architecture === architecture && each.size === size),
  );
  const days = [
    ...nights.map(({ day, record }) => ({ day, record })),
    ...missing.map((day) => ({ day, record: undefined })),
  ]
    .toSorted((one, other) => (one.day < other.day ? -1 : 1))
    .slice(-SHOWN);
  return html`<ol class="nights">
    ${days.map(({ day, record }) => {
      const word = record?.verdict ?? "missing";
      const { tone, sign } = toneOf(word);
      const content = html`<span aria-hidden="true">${sign}</span
        ><span class="unseen">${day}: ${word}</span>`;
      return record === undefined
        ? html`<li><span class="night ${tone}" title="${day}: ${word}">${content}</span></li>`
        : html`<li><a class="${tone}" href="${runPath(record)}" title="${day}: ${word}">${content}</a></li>`;
    })}
  </ol>`;
}
