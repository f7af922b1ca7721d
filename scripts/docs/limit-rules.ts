import { CLAIM_RULES } from "../../harness/results/claims/claim-rules.ts";
import { LIMIT_RULES } from "../../harness/results/limits/rules.ts";
import { markdownTable } from "./generated-pages.ts";

/** A section for each rule: when it holds, why, and what to do. */
export function limitRules(): string {
  return LIMIT_RULES.map(({ id, limit, condition, source, indicates, advice, confidence }) =>
    [
      `### ${id}`,
      `Limited by ${limit}. Confidence: ${confidence}.`,
      `- **Holds when** ${condition}.`,
      `- **Source**: ${source}.`,
      `- **Indicates**: ${indicates}.`,
      `- **What to do**: ${advice}.`,
    ].join("\n\n"),
  ).join("\n\n");
}

/** Each claim with the published figures that it is compared with. */
export function claimsTable(): string {
  return markdownTable(
    ["claim", "figure", "unit", "published"],
    CLAIM_RULES.map(({ id, words, unit, published }) => [
      `\`${id}\``,
      words,
      unit,
      published
        .map(({ value, source, is }) => `${value}${is === "at-most" ? " (at most)" : ""}: ${source}`)
        .join("; ") || "–",
    ]),
  );
}
