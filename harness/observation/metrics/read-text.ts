/** Longer lines are skipped: label values of real servers are paths and names. */
const MOST_LINE_CHARACTERS = 16 * 2 ** 10;
/** A server with more series than this is read up to here. */
const MOST_LINES = 500_000;

const LINE =
  /^([A-Za-z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]+([+-]?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|Inf|inf)|NaN|nan)(?:[ \t]+-?\d+)?[ \t]*$/;
// Sticky: a long label without a value would be searched from each of its characters.
const LABEL = /[ \t,]*([A-Za-z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"/gy;

/** One value of one series. */
export interface MetricValue {
  readonly name: string;
  readonly value: number;
  /** The value of a label, or undefined. */
  label(name: string): string | undefined;
}

export interface ReadText {
  /** Lines with a value, wanted or not. */
  readonly values: number;
  /** Lines that are neither a value nor a comment. Only wanted names are examined to their end. */
  readonly broken: number;
  /** The text has more lines than are read. */
  readonly cut: boolean;
}

/**
 * Reads Prometheus' text format, version 0.0.4, and passes on the values of wanted names. Nothing is kept, so that a
 * server with 100,000 series costs a few milliseconds and no memory. `parse-prometheus-text-format` keeps every
 * series, merges each histogram bucket by comparison with the ones before, and takes any two words for a value.
 */
export function readText(
  text: string,
  isWanted: (name: string) => boolean,
  take: (value: MetricValue) => void,
): ReadText {
  let [values, broken, lines, start] = [0, 0, 0, 0];
  while (start < text.length && lines < MOST_LINES) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    lines++;
    const from = start;
    start = end + 1;
    const first = text.charCodeAt(from);
    if (end === from || first === HASH || first === CARRIAGE_RETURN) continue;
    const nameEnd = endOfName(text, from, end);
    if (nameEnd === from || end - from > MOST_LINE_CHARACTERS) broken++;
    else if (!isWanted(text.slice(from, nameEnd))) values++;
    else {
      const read = readLine(text.slice(from, end).trimEnd());
      if (read === undefined) broken++;
      else {
        values++;
        take(read);
      }
    }
  }
  return { values, broken, cut: start < text.length };
}

const HASH = 35;
const CARRIAGE_RETURN = 13;
const BRACE = 123;
const BLANKS = [32, 9];

/** The end of the name that a line begins with; its start, if no value or label can follow. */
function endOfName(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isNameCharacter(text.charCodeAt(at))) at++;
  const next = text.charCodeAt(at);
  return at < end && (next === BRACE || BLANKS.includes(next)) ? at : from;
}

function isNameCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 58) || code === 95
  );
}

function readLine(line: string): MetricValue | undefined {
  const [, name, labels, number] = LINE.exec(line) ?? [];
  if (name === undefined || number === undefined) return undefined;
  let parsed: ReadonlyMap<string, string> | undefined;
  return {
    name,
    value: readNumber(number),
    label: (wanted) => (parsed ??= readLabels(labels ?? "")).get(wanted),
  };
}

function readNumber(text: string): number {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return Number(text);
}

function readLabels(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(LABEL)].map(([, name = "", value = ""]) => [name, unescape(value)]));
}

function unescape(value: string): string {
  return value.replaceAll(/\\(.)/g, (_all, one: string) => (one === "n" ? "\n" : one));
}
