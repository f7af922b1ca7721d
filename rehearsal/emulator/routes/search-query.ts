import type { Validation } from "../http/reply.ts";

/** A search by `key:value` terms; free words fall to `fallback`. */
export type Search =
  { readonly terms: ReadonlyMap<string, string> } | { readonly validations: readonly Validation[] };

/** Reads Coder's search language: `name:"scaletest-" owner:me word`. */
export function parseSearch(query: string, keys: readonly string[], fallback: string): Search {
  const terms = new Map<string, string>();
  const validations: Validation[] = [];
  for (const element of query.toLowerCase().match(/(?:"[^"]*"|[^\s"])+/g) ?? []) {
    if (element.startsWith(":") || element.endsWith(":")) {
      const detail = `Query element "${element}" cannot start or end with ':'`;
      return { validations: [{ field: "q", detail }] };
    }
    const parts = (element.match(/(?:"[^"]*"|[^:"])+/g) ?? []).map(unquoted);
    const [key, value] = parts;
    if (parts.length > 2) {
      const detail = `Query element "${element}" can only contain 1 ':'`;
      return { validations: [{ field: "q", detail }] };
    }
    if (key === undefined) continue;
    if (value === undefined) terms.set(fallback, key);
    else if (keys.includes(key)) terms.set(key, value);
    else validations.push({ field: key, detail: `"${key}" is not a valid query param` });
  }
  return validations.length > 0 ? { validations } : { terms };
}

/** `limit` and `offset` of a listing; no limit means all. */
export function page<T>(items: readonly T[], query: URLSearchParams): T[] {
  const offset = Number(query.get("offset") ?? 0) || 0;
  const limit = Number(query.get("limit") ?? 0) || 0;
  return items.slice(offset, limit > 0 ? offset + limit : undefined);
}

function unquoted(text: string): string {
  return text.replaceAll('"', "");
}
