/** Identity of a server: scheme, host and port (RFC 6454). Undefined where the text is not an http or https URL. */
export function originOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin, protocol } = new URL(url);
  return protocol === "http:" || protocol === "https:" ? origin : undefined;
}

/** Whether two URLs have the same origin. A text that is not a URL has none. */
export function isSameOrigin(one: string, other: string): boolean {
  const origin = originOf(one);
  return origin !== undefined && origin === originOf(other);
}

/** Whether a URL leads to this machine, as a forwarded port does. */
export function isLoopback(url: string): boolean {
  const host = originOf(url) === undefined ? "" : new URL(url).hostname;
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
