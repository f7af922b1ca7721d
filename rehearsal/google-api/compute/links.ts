const BASE = "https://www.googleapis.com/compute/v1/";

/** The link by which compute's answers name a resource. */
export function linkTo(path: string): string {
  return `${BASE}${path}`;
}

/** `projects/…` of a link, or of a path as it is; undefined where the text names no resource. */
export function linkPathOf(link: unknown): string | undefined {
  return typeof link === "string" ? /(?:^|\/)(projects\/.+)$/.exec(link)?.[1] : undefined;
}

/** The last part of a link or path. */
export function lastOf(link: string): string {
  return link.slice(link.lastIndexOf("/") + 1);
}
