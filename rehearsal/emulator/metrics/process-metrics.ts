import { readdirSync, readFileSync } from "node:fs";

/** A figure of a process, by the names of Prometheus' Go collector, which Coder has. */
export interface ProcessMetric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly value: number;
}

/**
 * True figures of the emulator's own process. It has no goroutines and no database, so it serves none of Go's and
 * none of `go_sql_…`. As in Coder, traffic is that of the network namespace, loopback included.
 */
export function processMetrics(startedAt: string): readonly ProcessMetric[] {
  const { user, system } = process.cpuUsage();
  const [received, sent] = readTraffic();
  const openFiles = countOpenFiles();
  return [
    { name: "process_cpu_seconds_total", type: "counter", value: (user + system) / 1e6 },
    ...(received === undefined
      ? []
      : [{ name: "process_network_receive_bytes_total", type: "counter", value: received } as const]),
    ...(sent === undefined
      ? []
      : [{ name: "process_network_transmit_bytes_total", type: "counter", value: sent } as const]),
    ...(openFiles === undefined
      ? []
      : [{ name: "process_open_fds", type: "gauge", value: openFiles } as const]),
    { name: "process_resident_memory_bytes", type: "gauge", value: process.memoryUsage.rss() },
    { name: "process_start_time_seconds", type: "gauge", value: Date.parse(startedAt) / 1_000 },
  ];
}

/** Undefined where the system does not list them. */
function countOpenFiles(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return undefined;
  }
}

/** Bytes received and sent, as the kernel counts them for IP; undefined elsewhere than on Linux. */
function readTraffic(): readonly [number | undefined, number | undefined] {
  try {
    const text = readFileSync("/proc/self/net/netstat", "utf8");
    const [names = [], values = []] = text
      .split("\n")
      .filter((line) => line.startsWith("IpExt:"))
      .map((line) => line.split(" "));
    const field = (name: string): number | undefined => {
      const value = values[names.indexOf(name)];
      return value === undefined ? undefined : Number(value);
    };
    return [field("InOctets"), field("OutOctets")];
  } catch {
    return [undefined, undefined];
  }
}
