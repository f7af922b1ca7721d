import { readFileSync, statSync } from "node:fs";

/** The kernel's counters of this process and its machine; absent if not reported. */
export interface KernelCounters {
  /** Time in which this process waited for a core. */
  readonly runQueueMs: number | undefined;
  /** Time that the hypervisor gave to other machines, and all time, in ticks over all cores. */
  readonly stealTicks: number | undefined;
  readonly allTicks: number | undefined;
  readonly retransmits: number | undefined;
  readonly synRetransmits: number | undefined;
  readonly listenOverflows: number | undefined;
}

/** Reads the current counters: a few small files, about 0.2 ms. */
export function readKernelCounters(): KernelCounters {
  const ticks = firstLine("/proc/stat").split(/\s+/).slice(1, 9).map(Number);
  const tcp = table("/proc/net/snmp", "Tcp:");
  const extended = table("/proc/net/netstat", "TcpExt:");
  const waitedNs = firstLine("/proc/self/schedstat").split(" ")[1];
  return {
    runQueueMs: waitedNs === undefined ? undefined : Number(waitedNs) / 1e6,
    stealTicks: ticks[7],
    allTicks: ticks.length < 8 ? undefined : ticks.reduce((sum, each) => sum + each, 0),
    retransmits: tcp.get("RetransSegs"),
    synRetransmits: extended.get("TCPSynRetrans"),
    listenOverflows: extended.get("ListenOverflows"),
  };
}

/**
 * Open files of this process. Since Linux 6.2 the folder's size is their number, which is cheap even for
 * 10,000.
 */
export function countOpenFiles(): number | undefined {
  try {
    const { size } = statSync("/proc/self/fd");
    return size === 0 ? undefined : size;
  } catch {
    return undefined;
  }
}

/** The counters of one protocol: a line of names, then a line of values. */
function table(path: string, protocol: string): Map<string, number> {
  const lines = read(path).split("\n");
  const rows = lines.filter((line) => line.startsWith(protocol)).map((line) => line.split(" "));
  const [names = [], values = []] = rows;
  return new Map(names.map((name, index) => [name, Number(values[index])]));
}

function firstLine(path: string): string {
  return read(path).split("\n", 1)[0] ?? "";
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
