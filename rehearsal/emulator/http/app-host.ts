import type { EmulatedDeployment } from "../context.ts";
import type { Reply } from "./reply.ts";

/**
 * Returns the wildcard host of apps, with the port of the deployment's own URL; empty without
 * `CODER_WILDCARD_ACCESS_URL`.
 */
export function wildcardOf({ world, url }: Pick<EmulatedDeployment, "world" | "url">): string {
  const wildcard = world.config.env["CODER_WILDCARD_ACCESS_URL"] ?? "";
  if (wildcard === "") return "";
  const { port } = new URL(url());
  return port === "" || /:\d+$/.test(wildcard) ? wildcard : `${wildcard}:${port}`;
}

/**
 * Returns the path that a request to an app's host means, or Coder's answer when the host does not name an app;
 * undefined for any other host.
 */
export function pathOfApp(
  host: string | undefined,
  wildcard: string,
): { readonly path: string } | { readonly refused: Reply } | undefined {
  if (wildcard === "" || host === undefined) return undefined;
  const [before = "", after = ""] = withoutPort(wildcard).split("*", 2);
  const name = withoutPort(host).toLowerCase();
  if (!name.startsWith(before) || !name.endsWith(after) || name.length <= before.length + after.length)
    return undefined;
  const label = name.slice(before.length, name.length - after.length);
  const parts = label.split("--");
  const [slug = "", agent = ""] = parts;
  const [workspace = "", owner = ""] = parts.slice(-2);
  if (parts.length === 3) return { path: `/@${owner}/${workspace}/apps/${slug}` };
  if (parts.length === 4) return { path: `/@${owner}/${workspace}.${agent}/apps/${slug}` };
  const text = `Could not parse subdomain application URL "${label}": invalid application url format: "${label}"`;
  return { refused: { status: 400, text } };
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}
