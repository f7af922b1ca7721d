/** Longer tokens are names of resources, addresses and digests: they may break after a separator, and only there. */
const LONG = 18;
/** Digests have no separators, and are read in groups anyway. */
const DIGEST = /^[0-9a-f]{19,}$/i;
const GROUPS = /.{1,16}/g;

/** Drawings, commands and what is not shown keep their text; other text is between two tags. */
const TEXT = /<(svg|pre|style|title)\b[^]*?<\/\1>|(?<=>)[^<]+(?=<)/g;

/** A date, a range in brackets, and a figure with its unit: they stay on one line. */
const WHOLE =
  /\d{4}-\d\d-\d\d|\([^()]{1,22}–[^()]{1,22}\)|(?:[+−-] ?)?\d[\d.,]*(?:–\d[\d.,]*)? (?:%|µs|ms|s|min|h|[KMGT]?i?B|vCPU)(?![\w/])|\d+[hm] \d\d[ms]/g;

/**
 * Marks in a page's HTML where its text may break, so that no word of it breaks on a narrow screen: dates, ranges and
 * figures with their unit stay on one line, and long names break after a separator.
 */
export function withUnbrokenWords(page: string): string {
  return page.replaceAll(TEXT, (found) => (found.startsWith("<") ? found : marked(found)));
}

function marked(text: string): string {
  let at = 0;
  const parts: string[] = [];
  for (const { 0: whole, index } of text.matchAll(WHOLE)) {
    parts.push(breakable(text.slice(at, index)), `<span class="one">${whole}</span>`);
    at = index + whole.length;
  }
  return [...parts, breakable(text.slice(at))].join("");
}

function breakable(text: string): string {
  return text.replaceAll(/\S{19,}/g, (token) => piecesOf(token).join("<wbr>"));
}

function piecesOf(token: string): readonly string[] {
  const pieces = token.match(/[^_./:=,@-]*[_./:=,@-]+|[^_./:=,@-]+/g) ?? [token];
  return pieces.flatMap((piece) =>
    piece.length > LONG && DIGEST.test(piece) ? (piece.match(GROUPS) ?? []) : [piece],
  );
}
