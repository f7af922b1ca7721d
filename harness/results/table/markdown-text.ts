import { oneLine } from "../../tools/safe-text.ts";

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  // An entity: before another escaped character a second backslash would end that one's escape.
  ["\\", "&#92;"],
  ["`", "\\`"],
  ["[", "\\["],
  ["]", "\\]"],
  ["|", "\\|"],
  ["*", "\\*"],
  ["~", "\\~"],
]);

/** Any text as one line of Markdown that shows it and nothing else: no markup, no HTML, no comment, no cell of a table. */
export function markdownText(text: string): string {
  return oneLine(text)
    .replace(/[&<\\`[\]|*~]/g, (character) => ESCAPED.get(character) ?? character)
    .replace(/^(\s*)([#>+-]|\d+[.)])(?=\s)/, String.raw`$1\$2`);
}
