import { oneLine } from "../../tools/safe-text.ts";

const MASK = "*";

/**
 * Words after which a value is a secret, in any spelling: `CODER_PG_PASSWORD=…`, `"apiKey": "…"`, `session token …`. The
 * value goes to the end of its quotes, or of its word.
 */
const NAMED =
  /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|cookie|authorization|session|signature|dsn)[\w-]*["'\\]*\s*(?:[:=]+|\bis\b)\s*|\b(?:bearer|basic|token)\s+)(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|\\"(?:[^"\\]|\\[^"])*(?:\\")?|(?:bearer|basic)\s+\S+|[^\s"']+)/giu;
/** The user and password of a URL. A password may contain `@`, so the last one before the host's end counts. */
const USERINFO = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"']*@/giu;
/** Query strings: signatures and tokens are in them, and nothing that explains a fault. */
const QUERY = /\?[\w%.~+-]+=[^\s"')]*/gu;
const PEM = /-----BEGIN [\s\S]*?(?:-----END [^-]*-----|$)/gu;
/** Long words of one key's alphabet with a digit: tokens, hashes, JWTs. Names in Go have no digits for so long. */
const LONG = /[A-Za-z0-9+/_=-]*(?:[A-Za-z+/_=-]\d|\d[A-Za-z+/_=-])[A-Za-z0-9+/_=-]*/gu;
const LONGEST_NAME = 19;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/giu;
const IPV6 = /\[?\b(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}\b\]?(?::\d+)?/giu;
const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gu;
/** Parts of names that hold a digit: ids, counts, durations, addresses. */
const WITH_DIGIT = /[A-Za-z]*\d[A-Za-z0-9]*(?:[.:]\d[A-Za-z0-9]*)*/gu;
/** Such parts that are the same in each line. */
const KEPT = /^(v[12]|http2|h2|ipv[46]|sha256|s3|utf8|x509)$/iu;

/** The longest text that is examined: more is never shown. */
const MOST_CHARACTERS = 2_000;

/**
 * Replaces what may be secret in a line that other programs wrote: values after words such as `password`, the login of a
 * URL, query strings, private keys, and long words that can be tokens. Errs on the side of too much.
 */
export function scrub(text: string): string {
  return oneLine(text.slice(0, MOST_CHARACTERS))
    .replace(PEM, MASK)
    .replace(USERINFO, `$1${MASK}@`)
    .replace(NAMED, `$1${MASK}`)
    .replace(QUERY, `?${MASK}`)
    .replace(EMAIL, MASK)
    .replace(LONG, (word) => (word.length > LONGEST_NAME ? maskedWord(word) : word));
}

/** A path keeps those of its parts that cannot be tokens. */
function maskedWord(word: string): string {
  return word
    .split("/")
    .map((part) => (part.length > LONGEST_NAME && /\d/.test(part) ? MASK : part))
    .join("/");
}

/** Replaces what differs between lines of the same kind: numbers, ids, addresses. */
export function maskChanging(text: string): string {
  return text
    .replace(UUID, MASK)
    .replace(IPV6, MASK)
    .replace(WITH_DIGIT, (word) => (KEPT.test(word) ? word : MASK))
    .replace(/\*(?:[-:.,_]?\*)+/gu, MASK);
}
