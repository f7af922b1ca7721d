import { stripVTControlCharacters } from "node:util";

/**
 * Characters that a terminal or a reader obeys instead of showing: C0 and C1 controls and DEL, marks that turn the
 * direction of text, invisible ones and Unicode's own line breaks. Joiners stay: scripts and emoji need them.
 */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Removes characters that would move the cursor, colour the screen or reorder text. Line breaks and tabs remain. */
export function removeControls(text: string): string {
  return stripVTControlCharacters(text).replace(OBEYED, (character) =>
    character === "\n" || character === "\t" ? character : "",
  );
}

/** The same on one line: otherwise a line break in the text could imitate a line of refbench. */
export function oneLine(text: string): string {
  return removeControls(text.replace(/\s*[\r\n\u0085\u2028\u2029]+\s*/gu, " ").replaceAll("\t", " "));
}

/** A value as indented JSON with a line break at its end. Characters that a terminal obeys are escaped. */
export function jsonText(value: unknown): string {
  const json = JSON.stringify(value, null, 2);
  return `${json.replace(OBEYED, (character) => (character === "\n" ? character : escapedUnits(character)))}\n`;
}

function escapedUnits(character: string): string {
  return Array.from({ length: character.length }, (_, index) =>
    character.charCodeAt(index).toString(16).padStart(4, "0"),
  )
    .map((unit) => String.raw`\u${unit}`)
    .join("");
}
