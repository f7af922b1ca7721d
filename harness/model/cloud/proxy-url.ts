import { RefbenchError } from "../../tools/error.ts";

/** The URL of an HTTP proxy as it was given. It may hold a password. */
interface GivenProxy {
  readonly text: string;
  /** For errors: the flag or variable that gave it. */
  readonly from: string;
}

/**
 * The URL of an HTTP proxy without path and query, with its credentials. Throws `usage` for any other text. What may
 * hold a password is not repeated.
 */
export function proxyUrl({ text, from }: GivenProxy): string {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    const shown = text.includes("@") ? "not shown, since it may hold a password" : `"${text}"`;
    throw new RefbenchError(
      "usage",
      `${from} is ${shown}; expected the URL of an HTTP proxy that knows CONNECT, such as http://proxy.example.com:3128`,
    );
  }
  const credentials = hasCredentials(url) ? `${url.username}:${url.password}@` : "";
  return `${url.protocol}//${credentials}${url.host}`;
}

/** Throws `usage` for a proxy with credentials on the command line, where everyone on the machine can see them. */
export function refuseProxyCredentials(text: string): void {
  if (!URL.canParse(text) || !hasCredentials(new URL(text))) return;
  throw new RefbenchError(
    "usage",
    "--proxy has credentials, which everyone on this machine can see: set REFBENCH_PROXY to that URL instead",
  );
}

function hasCredentials({ username, password }: URL): boolean {
  return username + password !== "";
}
