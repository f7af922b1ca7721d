import type { Collection } from "./kinds.ts";
import { type Raw, textAt, textsAt } from "./raw.ts";
import { list, record } from "./refusal.ts";

/** Warnings that say nothing is missing; any other one may mean that something is. */
const HARMLESS = new Set(["NO_RESULTS_ON_PAGE", "MAX_RESULTS_EXCEEDS_LIMIT", "COMPROMISED_CREDENTIALS"]);

/** What an answer says that it does not contain, in any of the ways in which Google's APIs say it. */
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

/** APIs that write what kind of answer theirs is: one that does not is somebody else's, and not an empty list. */
const SIGNED: Readonly<Partial<Record<Collection["api"], RegExp>>> = {
  compute: /^compute#.*List$/,
  sql: /^sql#instancesList$/,
};

/** Why an answer is no list at all. */
export function unlikeAList({ api, name }: Collection, body: Raw): string | undefined {
  const signature = SIGNED[api];
  const kind = textAt(body, "kind");
  // Cloud SQL may answer nothing at all for a project that never had an instance.
  if (api === "sql" && Object.keys(body).length === 0) return undefined;
  if (signature === undefined || (kind !== undefined && signature.test(kind))) return undefined;
  return `the answer is no list of ${name}: its kind is ${kind ?? "missing"}`;
}
