import { oneLine } from "../../tools/safe-text.ts";

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  // An entity, because a second backslash before another escaped character would cancel its escape.
  ["\\", "&#92;"],
  ["`", "\\`"],
  ["[", "\\["],
  ["]", "\\]"],
  ["|", "\\|"],
  ["*", "\\*"],
  ["~", "\\~"],
]);

/** Escapes text as one line of Markdown, without any markup, HTML, comment or table cell. */
export function markdownText(text: string): string {
  return oneLine(text)
    .replace(/[&<\\`[\]|*~]/g, (character) => ESCAPED.get(character) ?? character)
    .replace(/^(\s*)([#>+-]|\d+[.)])(?=\s)/, String.raw`$1\$2`);
}
