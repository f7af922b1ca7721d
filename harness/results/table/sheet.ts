import { jsonText } from "../../tools/safe-text.ts";
import { drawGrid, type Grid, wrap } from "./grid.ts";
import { markdownRow } from "./markdown-row.ts";
import { markdownText } from "./markdown-text.ts";
import type { OutputFormat } from "../format/output-spec.ts";

/** One part of a sheet: a notice that must be read first, sentences, a titled list, or a table. Empty lists are omitted. */
export type SheetPart =
  | { readonly notice: string }
  | { readonly sentences: readonly string[] }
  | { readonly title: string; readonly items: readonly string[] }
  | Grid;

/** Formats a sheet as text, Markdown, or the JSON that it was made from. */
export function formatSheet(
  { value, parts }: { readonly value: unknown; readonly parts: readonly SheetPart[] },
  format: OutputFormat,
  width: number,
): string {
  if (format === "json") return jsonText(value);
  return format === "text" ? sheetText(parts, width) : sheetMarkdown(parts);
}

/** Formats a sheet as text within a width. */
export function sheetText(parts: readonly SheetPart[], width: number): string {
  return joined(parts, (part) => text(part, width));
}

/** Formats a sheet as Markdown. */
export function sheetMarkdown(parts: readonly SheetPart[]): string {
  return joined(parts, markdown);
}

function joined(parts: readonly SheetPart[], draw: (part: SheetPart) => string): string {
  return `${parts
    .filter((part) => !isEmpty(part))
    .map(draw)
    .join("\n\n")}\n`;
}

function isEmpty(part: SheetPart): boolean {
  return ("items" in part && part.items.length === 0) || ("sentences" in part && part.sentences.length === 0);
}

function text(part: SheetPart, width: number): string {
  if ("header" in part) return drawGrid(part, width);
  if ("notice" in part) return wrap(part.notice, width).join("\n");
  if ("sentences" in part) return part.sentences.flatMap((each) => wrap(each, width)).join("\n");
  const items = part.items.flatMap((item) =>
    wrap(item, width - 4).map((line, index) => (index === 0 ? `  - ${line}` : `    ${line}`)),
  );
  return [part.title, ...items].join("\n");
}

function markdown(part: SheetPart): string {
  if ("notice" in part) return `> **${markdownText(part.notice)}**`;
  if ("sentences" in part) return part.sentences.map(markdownText).join("\n\n");
  if ("items" in part)
    return [
      `**${markdownText(part.title)}**`,
      "",
      ...part.items.map((item) => `- ${markdownText(item)}`),
    ].join("\n");
  const { header, rows, right = new Set() } = part;
  const rule = header.map((_, column) => (right.has(column) ? "---:" : "---"));
  return [header, rule, ...rows].map(markdownRow).join("\n");
}
