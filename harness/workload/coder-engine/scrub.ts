/** Coder's keys: ten characters, a dash, the secret. */
const CODER_KEY = /\b[A-Za-z0-9]{10}-[A-Za-z0-9]{22,}\b/g;

/**
 * A JSON field with a secret. Its quotes are escaped once for each text that the field was put into. A quote
 * inside the value has more backslashes than the one that ends it.
 */
const SECRET_FIELD =
  /(\\*")((?:[a-z_]*(?:password|secret|session_token|auth_token|access_token|refresh_token|api_key))|key|token)\1(\s*:\s*)\1(?:(?!(?<!\\)\1)[\s\S])*\1/gi;

/** `Password: xyz` in plain lines, and tokens in cookies, headers and queries. */
const SECRET_WORD =
  /\b((?:password|passwd|secret|(?:coder[_-])?session[_-]token|api[_-]key|authorization|cookie)\s*[:=]\s*)(?:bearer\s+)?(?![*\\"])[^\s&;"',\\]+/gi;

/** Removes the passwords and tokens that Coder's utility logs in clear text. */
export function scrub(text: string, secrets: readonly string[] = []): string {
  const known = secrets
    .filter((secret) => secret !== "")
    .reduce((left, secret) => left.replaceAll(secret, "***"), text);
  return known
    .replace(SECRET_FIELD, "$1$2$1$3$1***$1")
    .replace(SECRET_WORD, "$1***")
    .replace(CODER_KEY, "***");
}
