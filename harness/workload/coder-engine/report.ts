import { readFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { scrub } from "./scrub.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** One run in the utility's report, without secrets. */
export interface UtilityRun {
  readonly id: string;
  /** Absent if the utility counted it as passed. */
  readonly error?: string;
  readonly startedMs: number;
  readonly durationMs: number;
  /** Absent if this version reports no byte counts. */
  readonly bytes?: { readonly read: number; readonly written: number };
  /** Users and workspaces named in its log. */
  readonly names: readonly string[];
  readonly logs: string;
}

const bytes = z.number().nonnegative();
const duration = z.union([z.string(), z.number().nonnegative()]);

const reportSchema = z.object({
  runs: z.record(
    z.string(),
    z.object({
      logs: z.string().nullish(),
      error: z.unknown(),
      // Figures are calculated from it, so it must be valid.
      started_at: z.iso.datetime({ offset: true }),
      duration,
      duration_ms: z.number().nonnegative().nullish(),
      metrics: z.object({ bytes_read: bytes.nullish(), bytes_written: bytes.nullish() }).nullish(),
      // Versions before there were metrics.
      bytes_read: bytes.nullish(),
      bytes_written: bytes.nullish(),
    }),
  ),
});

/** Reads the report of one call; undefined if the call wrote none. Throws `worker` if it is unreadable. */
export async function findReport(
  path: string,
  secrets: readonly string[],
): Promise<UtilityRun[] | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  // A utility that was killed while writing leaves an empty or partial file.
  if (text.trim() === "") return undefined;
  try {
    return Object.entries(reportSchema.parse(parseJson(text)).runs).map(([id, run]) =>
      parseRun(id, run, secrets),
    );
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new RefbenchError(
      "worker",
      `the report of Coder's utility cannot be read: ${scrub(reason, secrets)}`,
    );
  }
}

type ReportedRun = z.infer<typeof reportSchema>["runs"][string];

function parseRun(id: string, run: ReportedRun, secrets: readonly string[]): UtilityRun {
  const logs = run.logs ?? "";
  const error = parseError(run.error);
  const read = run.metrics?.bytes_read ?? run.bytes_read;
  const written = run.metrics?.bytes_written ?? run.bytes_written;
  return {
    id,
    startedMs: Date.parse(run.started_at),
    durationMs: parseGoDuration(run.duration) ?? run.duration_ms ?? 0,
    names: [...new Set(logs.match(/\bscaletest-[A-Za-z0-9]+-\d+\b/g))],
    logs: scrub(logs, secrets),
    ...(error === undefined ? {} : { error: scrub(error, secrets) }),
    ...(read == null && written == null ? {} : { bytes: { read: read ?? 0, written: written ?? 0 } }),
  };
}

/** Go prints a missing error as `<nil>`. The oldest versions serialised errors as empty objects. */
function parseError(error: unknown): string | undefined {
  if (error == null || error === "" || error === "<nil>") return undefined;
  return typeof error === "string" ? error : "failed without a readable reason";
}

const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, µs: 1e-3, μs: 1e-3, us: 1e-3, ns: 1e-6 } as const;

/**
 * Milliseconds of a duration in Go's notation, such as `1m2.3s`, or of a number of nanoseconds; undefined if
 * it is neither.
 */
export function parseGoDuration(text: string | number): number | undefined {
  if (typeof text === "number") return text / 1e6;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|µs|μs|us|ns|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) return undefined;
  const milliseconds = parts.reduce(
    (sum, [, digits, unit]) => sum + Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS],
    0,
  );
  return Number.isFinite(milliseconds) ? milliseconds : undefined;
}
