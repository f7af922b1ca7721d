import { Option } from "commander";
import { isIP } from "node:net";
import { RefbenchError } from "../../tools/error.ts";

/** Where live metrics are served. */
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

/** `--metrics-listen` of `run` and `scaletest`. */
export function metricsListenOption(): Option {
  return new Option(
    "--metrics-listen <address>",
    "serve metrics of the running load for Prometheus at this address, such as 127.0.0.1:9464; a port alone is on this machine only",
  )
    .env("REFBENCH_METRICS_LISTEN")
    .argParser(parseMetricsAddress);
}

/** Parses `host:port`, `[IPv6]:port` or `port`. Throws `usage`; a host must be an address, so that nobody is surprised by a name. */
export function parseMetricsAddress(text: string): MetricsAddress {
  const [, bracketed, plain, port = ""] = /^(?:(?:\[([^\]]*)\]|([^:]*)):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  const host = bracketed ?? plain ?? "127.0.0.1";
  const isAddress = host === "localhost" || (bracketed === undefined ? isIP(host) === 4 : isIP(host) === 6);
  if (port !== "" && Number(port) <= 65_535 && isAddress) return { host, port: Number(port) };
  throw new RefbenchError(
    "usage",
    `--metrics-listen is "${text}", expected an address and a port such as 127.0.0.1:9464`,
  );
}
