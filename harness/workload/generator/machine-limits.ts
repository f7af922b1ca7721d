import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The resources of this machine for a load, as reported by its kernel; absent if not reported. */
export interface MachineLimits {
  /** Files that one process may have open. */
  readonly openFiles?: number | undefined;
  /** Files that all processes together may still open. */
  readonly systemFiles?: number | undefined;
  /** Free local ports for connections to the deployment. */
  readonly localPorts?: number | undefined;
  /** Processes and threads that may still be started. */
  readonly processes?: number | undefined;
  readonly memoryMib?: number | undefined;
}

/** Reads the limits for connections to the host and port of a URL. */
export async function readMachineLimits(url: string): Promise<MachineLimits> {
  return {
    openFiles: softLimit("Max open files"),
    systemFiles: freeSystemFiles(),
    localPorts: await freePorts(url),
    processes: freeProcesses(),
    memoryMib: Math.floor(process.availableMemory() / 2 ** 20),
  };
}

/** The soft limit of this process. Node raises that of files to the hard limit when it starts. */
function softLimit(name: string): number | undefined {
  const line = read("/proc/self/limits")
    .split("\n")
    .find((each) => each.startsWith(name));
  const soft = line?.slice(name.length).trim().split(/\s+/)[0];
  return soft === undefined || soft === "unlimited" ? undefined : Number(soft);
}

function freeSystemFiles(): number | undefined {
  const [used, , most] = read("/proc/sys/fs/file-nr").trim().split(/\s+/).map(Number);
  return used === undefined || most === undefined ? undefined : Math.max(0, most - used);
}

/**
 * The range of local ports, without reserved ones and those with a connection to the same address and port.
 */
async function freePorts(url: string): Promise<number | undefined> {
  const [from, to] = read("/proc/sys/net/ipv4/ip_local_port_range").trim().split(/\s+/).map(Number);
  if (from === undefined || to === undefined) return undefined;
  const isInRange = (port: number): boolean => port >= from && port <= to;
  const taken = await localPortsTo(url);
  for (const part of read("/proc/sys/net/ipv4/ip_local_reserved_ports").trim().split(",")) {
    if (part === "") continue;
    const [first = 0, last = first] = part.split("-").map(Number);
    for (let port = first; port <= last; port++) taken.add(port);
  }
  return to - from + 1 - [...taken].filter(isInRange).length;
}

const TIME_WAIT = "06";

/** Local ports of this machine's connections to the address and port of a URL. */
async function localPortsTo(url: string): Promise<Set<number>> {
  const { hostname, port, protocol } = new URL(url);
  const remotePort = Number(port || (protocol === "https:" ? 443 : 80));
  // eslint-disable-next-line no-restricted-syntax -- an unknown name fails at the load's first call.
  const addresses = await lookup(hostname.replace(/^\[|\]$/g, ""), { all: true }).catch(() => []);
  const wanted = new Set(
    addresses.filter(({ family }) => family === 4).map(({ address }) => toKernelHex(address)),
  );
  const taken = new Set<number>();
  for (const line of read("/proc/net/tcp").split("\n").slice(1)) {
    const [, local = "", remote = "", state] = line.trim().split(/\s+/);
    const [address = "", hexPort = ""] = remote.split(":");
    if (state === TIME_WAIT || !wanted.has(address) || parseInt(hexPort, 16) !== remotePort) continue;
    taken.add(parseInt(local.split(":")[1] ?? "", 16));
  }
  return taken;
}

/** An IPv4 address in the kernel's notation on little-endian machines: the last byte first. */
function toKernelHex(address: string): string {
  return address
    .split(".")
    .reverse()
    .map((byte) => Number(byte).toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}

/** Limited by the control group of this process and by its user's limit, which does not apply to root. */
function freeProcesses(): number | undefined {
  const group = /^0::(.*)$/m.exec(read("/proc/self/cgroup"))?.[1] ?? "/";
  const folders = [join("/sys/fs/cgroup", group), "/sys/fs/cgroup"];
  const ofGroups = folders.flatMap((folder) => {
    const most = Number(read(join(folder, "pids.max")).trim() || "max");
    const now = Number(read(join(folder, "pids.current")).trim() || "0");
    return Number.isFinite(most) ? [Math.max(0, most - now)] : [];
  });
  const ofUser = process.getuid?.() === 0 ? undefined : softLimit("Max processes");
  const known = [...ofGroups, ...(ofUser === undefined ? [] : [ofUser])];
  return known.length === 0 ? undefined : Math.min(...known);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
