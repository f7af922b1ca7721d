import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Io } from "../../composition/settings/io.ts";
import type { Unseen } from "../../model/observation/observation.ts";
import type { ObservedPlace } from "../../model/observation/observe-task.ts";
import type { LoadFlags } from "../request/flags.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { readDatabasePlace } from "./database-place.ts";
import { readSeriesQuery } from "./series-query.ts";

/** What a user lets a load observe of the deployment, and what is not granted. */
export interface Granted {
  readonly places: readonly ObservedPlace[];
  readonly unseen: readonly Unseen[];
}

/** The flags that say what may be observed. */
export type ObserveFlags = Pick<
  LoadFlags,
  "metricsUrl" | "metricsHeaderFile" | "postgresUrlFile" | "prometheus" | "prometheusQuery" | "coderNamespace"
>;

/** Reads the flags. Throws `usage` for one that is wrong; nothing is asked yet. */
export async function readGranted(flags: ObserveFlags, io: Pick<Io, "cwd">): Promise<Granted> {
  const headers = await readHeaders(flags, io);
  const metrics = flags.metricsUrl.map((text): ObservedPlace => {
    const url = readUrl("--metrics-url", text);
    return { kind: "metrics", of: url.host, url: url.href, role: "coderd", ...headers };
  });
  const { postgresUrlFile: file } = flags;
  const databases = file === undefined ? [] : [await readDatabasePlace(file, io.cwd)];
  const prometheus = readPrometheus(flags, headers);
  const queried = new Set(prometheus?.queries.map(({ series }) => series.split(".")[0]));
  const lacking = (prefix: string, what: string, flag: string): Unseen[] =>
    queried.has(prefix) ? [] : [{ what, why: `not granted: give ${flag}` }];
  return {
    places: [...metrics, ...databases, ...(prometheus === undefined ? [] : [prometheus])],
    unseen: [
      // In a cluster, its API passes them on.
      ...(metrics.length > 0 || flags.coderNamespace !== undefined
        ? []
        : lacking("coderd", "metrics of coderd", "--metrics-url")),
      ...(databases.length > 0 ? [] : lacking("database", "database", "--postgres-url-file")),
    ],
  };
}

function readPrometheus(
  { prometheus, prometheusQuery }: ObserveFlags,
  headers: { readonly headers?: Record<string, string> },
): Extract<ObservedPlace, { kind: "prometheus" }> | undefined {
  if (prometheus === undefined) {
    if (prometheusQuery.length === 0) return undefined;
    throw new RefbenchError("usage", "--prometheus-query needs a Prometheus to ask: give --prometheus");
  }
  if (prometheusQuery.length === 0)
    throw new RefbenchError(
      "usage",
      "--prometheus needs at least 1 query: give --prometheus-query, such as coderd.cpu=rate(process_cpu_seconds_total[30s])",
    );
  const { href } = readUrl("--prometheus", prometheus);
  return { kind: "prometheus", url: href, queries: prometheusQuery.map(readSeriesQuery), ...headers };
}

/** A URL of the user's. One with a password is refused: every user of this machine can read arguments. */
function readUrl(flag: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.username !== undefined && url.username + url.password !== "")
    throw new RefbenchError(
      "usage",
      `${flag} has a user or a password in its URL: write "authorization: Basic …" into a file for --metrics-header-file instead`,
    );
  if (url !== undefined && ["http:", "https:"].includes(url.protocol)) return url;
  throw new RefbenchError(
    "usage",
    `${flag} must be a URL, such as http://10.0.0.5:2112/metrics; got ${JSON.stringify(text)}`,
  );
}

async function readHeaders(
  { metricsHeaderFile: file, metricsUrl, prometheus }: ObserveFlags,
  { cwd }: Pick<Io, "cwd">,
): Promise<{ readonly headers?: Record<string, string> }> {
  if (file === undefined) return {};
  if (metricsUrl.length === 0 && prometheus === undefined)
    throw new RefbenchError(
      "usage",
      "--metrics-header-file needs a server to send the headers to: give --metrics-url or --prometheus",
    );
  const refuse = (why: string, cause?: unknown): never => {
    throw new RefbenchError("usage", `--metrics-header-file is ${file}: ${why}`, { cause });
  };
  const text = await readFile(resolve(cwd, file), "utf8").catch((error: unknown) =>
    refuse(messageOf(error), error),
  );
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const headers = lines.map((line, index) => {
    const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\x20-\x7e]*)$/.exec(line) ?? [];
    // The line may hold a secret.
    if (name === undefined || value === undefined)
      return refuse(`line ${index + 1} is not a header, expected name: value`);
    return [name.toLowerCase(), value.trim()] as const;
  });
  return headers.length === 0 ? {} : { headers: Object.fromEntries(headers) };
}
