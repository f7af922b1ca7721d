/** Coder, clouds and refbench write about 20 levels. */
export const MAX_JSON_DEPTH = 100;
/** A page of 100 workspaces has about 10,000 objects and lists. Each costs far more memory than its two bytes. */
export const MAX_JSON_CONTAINERS = 1_000_000;

/** The text is nested too deep, or has too many objects and lists. */
export class JsonBoundError extends Error {}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * As `JSON.parse`, for text that this process did not write. Throws `JsonBoundError` beyond 100 levels or 1,000,000
 * objects and lists, before it builds anything, and `SyntaxError` as `JSON.parse` does.
 */
export function parseJson(text: string): unknown {
  refuseBeyondBounds(text);
  return JSON.parse(text) as unknown;
}

function refuseBeyondBounds(text: string): void {
  let depth = 0;
  let containers = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (OPENING.has(code)) {
      if (++depth > MAX_JSON_DEPTH)
        throw new JsonBoundError(`the JSON is nested deeper than ${MAX_JSON_DEPTH} levels`);
      if (++containers > MAX_JSON_CONTAINERS)
        throw new JsonBoundError(`the JSON has more than ${MAX_JSON_CONTAINERS} objects and lists`);
    } else if (CLOSING.has(code)) {
      depth--;
    }
  }
}

/** The index where the string that starts here ends; the text's end if it does not end. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}
