import type { Json } from "./json.ts";

/** One page of a list, with the token of the next one. A token is the index at which the next page begins. */
export function pageOf<T>(
  all: readonly T[],
  query: URLSearchParams,
  size: number,
): { readonly members: readonly T[]; readonly next: Json } {
  const from = Number(query.get("pageToken") ?? 0);
  const asked = Number(query.get("maxResults") ?? query.get("pageSize") ?? size);
  const to = from + Math.min(size, asked > 0 ? asked : size);
  return { members: all.slice(from, to), next: to < all.length ? { nextPageToken: String(to) } : {} };
}
