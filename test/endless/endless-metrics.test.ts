import type { RequestListener, ServerResponse } from "node:http";
import { expect, test } from "vitest";
import type { LoadResult } from "../../harness/model/record/worker-result.ts";
import { programSource } from "../../harness/model/programs.ts";
import { observedLoad } from "../../harness/workload/observing/observed-load.ts";
import { serveHttp } from "../support/network/http-server.ts";
import { ENDLESS_ANSWERS } from "../support/network/endless-proxy.ts";

/** Some ten times what a body of 16 MiB takes; a process that kept bodies without an end would exceed it in a second. */
const MOST_MIB = 512;

const command = [
  ...[process.execPath, "--import", import.meta.resolve("tsx"), programSource("worker"), "observe"],
] as const;

const SERIES = 100_000;
const LARGE = Array.from(
  { length: SERIES },
  (_, index) => `coderd_api_requests_processed_total{code="200",path="/api/v2/x${index}"} ${index}\n`,
).join("");

const LONG_LINES = Array.from(
  { length: 400 },
  () =>
    `coderd_api_requests_processed_total{${"a".repeat(8_000)}} 1\ngo_sql_open_connections ${"1".repeat(8_000)}x\n`,
).join("");

/** How a server that should serve metrics fails, and what the observation says of it. */
const FAULTS: Readonly<Record<string, readonly [answer: (response: ServerResponse) => void, why: RegExp]>> = {
  trickles: [(response) => endless("sends one byte now and then", response), /^no answer within/],
  "without-end": [
    (response) => endless("sends a body without an end", response),
    /^no answer within|larger|more than/,
  ],
  silent: [(response) => endless("never answers", response), /^no answer within/],
  html: [(response) => response.end("<html><body>Sign in</body></html>\n"), /not in Prometheus' text format/],
  binary: [
    (response) => response.end(Buffer.from(Array.from({ length: 65_536 }, (_, n) => (n * 167) % 256))),
    /not in Prometheus' text format/,
  ],
  redirects: [
    (response) => response.writeHead(302, { location: "http://127.0.0.1:1/metrics" }).end(),
    /status 302/,
  ],
  impossible: [
    (response) => response.end("process_cpu_seconds_total -5\ngo_goroutines NaN\n"),
    /negative|not numbers/,
  ],
  // Searching these from each of their characters takes minutes.
  "long-lines": [(response) => response.end(LONG_LINES), /lines are not in Prometheus' text format/],
};

test("servers of metrics that fail cost an observation their own figures and nothing else", async () => {
  const served = { healthy: 0, large: 0 };
  let enough: () => void = () => undefined;
  const bothTwice = new Promise<void>((resolve) => (enough = resolve));
  const count = (name: keyof typeof served) => (): void => {
    served[name]++;
    if (Math.min(served.healthy, served.large) >= 3) enough();
  };
  const listener: RequestListener = ({ url = "" }, response) => {
    const name = url.slice(1);
    if (name === "healthy") response.on("finish", count(name)).end("go_goroutines 7\n");
    else if (name === "large") response.on("finish", count(name)).end(LARGE);
    else FAULTS[name]?.[0](response);
  };
  await using server = await serveHttp(listener);
  const places = ["healthy", "large", ...Object.keys(FAULTS)].map(
    (of) => ({ kind: "metrics", of, role: "coderd", url: `${server.url}/${of}` }) as const,
  );
  const { signal } = new AbortController();
  const { observation, stopped } = await observedLoad(
    { places, everyMs: 2_000 },
    { signal, command },
    async () => {
      await bothTwice;
      return { stopped: false } as LoadResult;
    },
  );
  expect(stopped).toBe(false);
  const { series = [], unseen = [], cost } = observation ?? {};
  const seen = (name: string, of: string) =>
    series.filter((each) => each.name === name && each.of === of).flatMap(({ values }) => values);
  expect(seen("coderd.goroutines", "healthy")).toContain(7);
  expect(seen("coderd.requests", "large")).toContain(0);
  for (const [of, [, why]] of Object.entries(FAULTS)) {
    const reasons = unseen.filter(({ what }) => what.endsWith(`metrics of ${of}`));
    expect(reasons, of).toContainEqual(
      expect.objectContaining({ why: expect.stringMatching(why) as unknown }),
    );
  }
  expect(new Set(series.map(({ of }) => of))).toEqual(new Set(["healthy", "large", "long-lines"]));
  expect(cost?.maxRssMib).toBeLessThan(MOST_MIB);
}, 60_000);

function endless(name: keyof typeof ENDLESS_ANSWERS, response: ServerResponse): void {
  ENDLESS_ANSWERS[name](response);
}
