import { markdownText } from "./markdown-text.ts";

/** Formats one row of a Markdown table, with any text in its cells. */
export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map(markdownText).join(" | ")} |`;
}
