import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Reporter } from "../../model/ports/event.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { LoadGauges, RunLabels } from "./load-gauges.ts";
import type { MetricsAddress } from "./metrics-option.ts";

/** Live metrics of a load, served until they are disposed of. */
export interface LiveMetrics extends AsyncDisposable {
  /** Absent where none were asked for. */
  readonly url?: string;
  /** Names the run, once it is known. */
  describe(labels: RunLabels): void;
  /** A reporter that also updates the metrics. */
  over<R extends Reporter>(reporter: R): R;
}

/** A client that sends nothing holds a connection no longer than this. */
const REQUEST_MS = 5_000;

/**
 * Serves the metrics of a load at `/metrics`; without an address does nothing. Throws `usage` where the address cannot be
 * used, so that a load is refused before it has created anything.
 */
export async function serveMetrics(address: MetricsAddress | undefined): Promise<LiveMetrics> {
  if (address === undefined)
    return {
      describe: () => undefined,
      over: (reporter) => reporter,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  const { LoadGauges: Gauges } = await import("./load-gauges.ts");
  const gauges = new Gauges();
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, answerWith(gauges));
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return {
    url: `http://${host}:${port}/metrics`,
    describe: (labels) => gauges.describe(labels),
    over: (reporter) => ({
      ...reporter,
      report: (event) => {
        reporter.report(event);
        gauges.report(event);
      },
    }),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answerWith({ registry }: LoadGauges): RequestListener {
  return (request, response) => {
    const isAsked = /^\/metrics(\?|$)/.test(request.url ?? "");
    if (!isAsked || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(404).end("metrics are at /metrics\n");
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  };
}

function listen(server: Server, { host, port }: MetricsAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const isTaken = "code" in cause && cause.code === "EADDRINUSE";
      reject(
        new RefbenchError(
          "usage",
          `--metrics-listen ${host}:${port} cannot be used: ${isTaken ? "another program listens there" : messageOf(cause)}; choose another port`,
          { cause },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}
