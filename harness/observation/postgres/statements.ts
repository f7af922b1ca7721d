import { z } from "zod";
import type { Observation } from "../../model/observation/observation.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { fourDigits } from "../../model/observation/four-digits.ts";

const MOST_STATEMENTS = 10;
/** Texts that are asked for: some may be the harness's own. */
const MOST_TEXTS = 15;
const MOST_CHARACTERS = 300;

/** Begins each statement of the harness, which are not listed. `pg_stat_statements` keeps comments. */
export const OURS = "/* refbench */";

/** Where the extension is. */
export const EXTENSION = `${OURS}
SELECT current_setting('server_version_num')::int AS version,
       (SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
         WHERE extname = 'pg_stat_statements') AS schema`;

/** Adds the extension in a session that otherwise only reads. */
export const ADD_EXTENSION = [
  "SET default_transaction_read_only = off",
  "CREATE EXTENSION IF NOT EXISTS pg_stat_statements",
  "SET default_transaction_read_only = on",
] as const;

export const extension = z.object({
  version: z.number(),
  schema: z.string().nullable(),
});
export type Extension = z.infer<typeof extension>;

/** Calls and time of each statement of this database, without its text, which is in a file of the server. */
export function countsStatement(schema: string): string {
  return `${OURS}
SELECT queryid::text AS id, sum(calls)::float8 AS calls, sum(total_exec_time)::float8 AS total_ms
FROM ${schema}.pg_stat_statements(false)
WHERE queryid IS NOT NULL AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
GROUP BY queryid`;
}

/** Texts of some statements, by the ids that the counts have. */
export function textsStatement(schema: string, ids: readonly string[]): string {
  const list = ids.filter((id) => /^-?\d+$/.test(id)).join(", ");
  return `${OURS}
SELECT queryid::text AS id, left(min(query), 4000) AS text
FROM ${schema}.pg_stat_statements(true) WHERE queryid IN (${list}) GROUP BY queryid`;
}

export const counts = z.object({ id: z.string(), calls: z.number(), total_ms: z.number() });
export type Counts = z.infer<typeof counts>;
export const text = z.object({ id: z.string(), text: z.string().nullable() });

/** The statements that took most time between two readings. */
export function topStatements(before: readonly Counts[], after: readonly Counts[]): readonly Counts[] {
  const earlier = new Map(before.map((each) => [each.id, each]));
  return after
    .map((each) => {
      const one = earlier.get(each.id);
      // An entry that was evicted, or reset, counts from zero again.
      if (one === undefined || one.calls > each.calls) return each;
      return { id: each.id, calls: each.calls - one.calls, total_ms: each.total_ms - one.total_ms };
    })
    .filter(({ calls, total_ms }) => calls > 0 && total_ms > 0)
    .toSorted((a, b) => b.total_ms - a.total_ms)
    .slice(0, MOST_TEXTS);
}

/** Counts with their texts, as a record keeps them. */
export function describeStatements(
  top: readonly Counts[],
  texts: readonly z.infer<typeof text>[],
): NonNullable<Observation["statements"]> {
  const byId = new Map(texts.map((each) => [each.id, each.text]));
  const others = top.filter(({ id }) => byId.get(id)?.startsWith(OURS) !== true);
  return others.slice(0, MOST_STATEMENTS).map(({ id, calls, total_ms }) => ({
    statement: withoutValues(byId.get(id) ?? "a statement whose text is gone"),
    calls: Math.round(calls),
    totalMs: fourDigits(total_ms),
    meanMs: fourDigits(total_ms / calls),
  }));
}

/**
 * Literals are replaced: Postgres does so only with statements that it plans, not with others such as `CREATE ROLE`
 * before version 16.
 */
export function withoutValues(statement: string): string {
  return oneLine(
    statement
      // A text that was cut may end within a literal.
      .replaceAll(/\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)/g, "?")
      .replaceAll(/\b[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/g, "?")
      .replaceAll(/'(?:[^']|'')*(?:'|$)/g, "?")
      .replaceAll(/(?<![\w$".])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w"])/gi, "?"),
  )
    .replaceAll(/ {2,}/g, " ")
    .trim()
    .slice(0, MOST_CHARACTERS);
}
