import { describeNetwork } from "../format/network-words.ts";
import type { RunRecord } from "../../model/record/record.ts";

/** What identifies a record in every format, in words of a few letters. */
export interface DescribedRun {
  readonly run: string;
  readonly architecture: string;
  readonly size: string;
  /** Coder's version; a rehearsal's is the version that the emulator played. Empty where it is not known. */
  readonly coder_version: string;
  /** Whether the cloud or Coder was simulated: such figures say nothing about Coder's capacity. */
  readonly simulated: "true" | "false";
  readonly verdict: string;
}

/** Describes the run of a record for labels, columns and properties. */
export function describeRun(record: RunRecord): DescribedRun {
  const { runId, architecture, size, coderVersion, rehearsedVersion, verdict } = record;
  return {
    run: runId,
    architecture,
    size,
    coder_version: coderVersion ?? rehearsedVersion ?? "",
    simulated: isSimulated(record) ? "true" : "false",
    verdict,
  };
}

/** The network that a record's figures were measured on, as `describeNetwork` words it, by names for columns and labels. */
export function describeRunNetwork({
  network,
  measurements,
}: RunRecord): Readonly<Record<NetworkColumn, string>> {
  const words = describeNetwork(network);
  return {
    pubsub: words["pub/sub"],
    tls: words.TLS,
    http_proxies: words["HTTP proxies"],
    direct_connections: words["direct connections"],
    relays: words.relays,
    workspace_proxies: words["workspace proxies"],
    terminals_at: words["terminals at"],
    ssh_path: measurements?.connections.sshPath ?? "unknown",
  };
}

/** The columns of a network in exports. */
export const NETWORK_COLUMNS = [
  "pubsub",
  "tls",
  "http_proxies",
  "direct_connections",
  "relays",
  "workspace_proxies",
  "terminals_at",
  "ssh_path",
] as const;
type NetworkColumn = (typeof NETWORK_COLUMNS)[number];

/** Whether the figures of a record are of a simulated cloud or an emulated Coder. */
export function isSimulated({ simulated, coder }: RunRecord): boolean {
  return simulated || coder === "emulated";
}

/** The name of a size in formats that have no labels: "gke/1200", or "simulated gke/1200". */
export function sizeName(record: RunRecord): string {
  const name = `${record.architecture}/${record.size}`;
  return isSimulated(record) ? `simulated ${name}` : name;
}
