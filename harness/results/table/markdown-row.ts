import { markdownText } from "./markdown-text.ts";

/** One line of a table in Markdown, whatever its cells hold. */
export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map(markdownText).join(" | ")} |`;
}
