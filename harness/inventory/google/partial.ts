import type { Collection } from "./kinds.ts";
import { type Raw, textAt, textsAt } from "./raw.ts";
import { list, record } from "./refusal.ts";

/** Warnings that do not mean missing items. Any other warning may. */
const HARMLESS = new Set(["NO_RESULTS_ON_PAGE", "MAX_RESULTS_EXCEEDS_LIMIT", "COMPROMISED_CREDENTIALS"]);

/** Returns what an answer reports as missing, in any of the forms of Google's APIs. */
export function missingPart(body: Raw): string | undefined {
  const absent = ["unreachables", "unreachable", "missingZones"].flatMap((field) => textsAt(body, field));
  const scopes = Object.entries(record(body["items"])).map(([scope, members]) => ({
    scope,
    warning: record(members)["warning"],
  }));
  const warnings = [
    { scope: "", warning: body["warning"] },
    ...list(body["warnings"]).map((warning) => ({ scope: "", warning })),
    ...scopes,
  ].flatMap(({ scope, warning }) => {
    const code = textAt(record(warning), "code");
    if (warning === undefined || warning === null || (code !== undefined && HARMLESS.has(code))) return [];
    const place = scope === "" ? textAt(record(warning), "region") : scope;
    return [[code ?? "a warning without a code", place].filter(Boolean).join(" in ")];
  });
  const parts = [...absent, ...warnings];
  return parts.length === 0 ? undefined : `partial: ${parts.join(", ")}`;
}

/** APIs whose answers name their kind. An answer without it is from another server, and not an empty list. */
const SIGNED: Readonly<Partial<Record<Collection["api"], RegExp>>> = {
  compute: /^compute#.*List$/,
  sql: /^sql#instancesList$/,
};

/** Returns why an answer is not a list; undefined if it is one. */
export function unlikeAList({ api, name }: Collection, body: Raw): string | undefined {
  const signature = SIGNED[api];
  const kind = textAt(body, "kind");
  // Cloud SQL may return an empty answer for a project that never had an instance.
  if (api === "sql" && Object.keys(body).length === 0) return undefined;
  if (signature === undefined || (kind !== undefined && signature.test(kind))) return undefined;
  return `the answer is not a list of ${name}: its kind is ${kind ?? "missing"}`;
}
