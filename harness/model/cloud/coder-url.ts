import { RefbenchError } from "../../tools/error.ts";

/**
 * The origin of a deployment, such as `https://coder.example.com`, of any URL below it. A URL with credentials is a
 * `usage` error that does not repeat them: it would be in the shell's history, the record and the process list.
 */
export function coderOrigin(text: string, flag = "--url"): string {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.username + url.password === "") return url.origin;
  // A text that is not a URL may still contain a password.
  const shown = text.includes("@") ? "(not shown, since it may hold a password)" : `"${text}"`;
  throw new RefbenchError(
    "usage",
    url === undefined
      ? `${flag} is ${shown}, expected a URL such as https://coder.example.com`
      : `${flag} has credentials, expected a URL without, such as ${url.origin}: give a session token by CODER_SESSION_TOKEN or --session-file`,
  );
}
