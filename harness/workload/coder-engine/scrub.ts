/** Coder's keys: ten characters, a dash, the secret. */
const CODER_KEY = /\b[A-Za-z0-9]{10}-[A-Za-z0-9]{22,}\b/g;

/**
 * A field of JSON that holds a secret, with its quotes escaped as often as it was put into another text; a quote of the
 * value itself has more backslashes than the one that ends it.
 */
const SECRET_FIELD =
  /(\\*")((?:[a-z_]*(?:password|secret|session_token|auth_token|access_token|refresh_token|api_key))|key|token)\1(\s*:\s*)\1(?:(?!(?<!\\)\1)[\s\S])*\1/gi;

/** `Password: xyz` in its plain lines, and tokens in cookies, headers and queries. */
const SECRET_WORD =
  /\b((?:password|passwd|secret|(?:coder[_-])?session[_-]token|api[_-]key|authorization|cookie)\s*[:=]\s*)(?:bearer\s+)?(?![*\\"])[^\s&;"',\\]+/gi;

/** A text of Coder's utility without the passwords and tokens that it logs in clear. */
export function scrub(text: string, secrets: readonly string[] = []): string {
  const known = secrets
    .filter((secret) => secret !== "")
    .reduce((left, secret) => left.replaceAll(secret, "***"), text);
  return known
    .replace(SECRET_FIELD, "$1$2$1$3$1***$1")
    .replace(SECRET_WORD, "$1***")
    .replace(CODER_KEY, "***");
}
