import type { Measurements, RunRecord } from "../../model/record/record.ts";
import { knownNetwork } from "./network-words.ts";
import { platformWord } from "./platform-words.ts";

/** The platform of a run's measurement. Figures with different fingerprints never form one series. */
export type Fingerprint = Readonly<Record<string, string>>;

/**
 * Returns what must be equal for two runs to belong to one series. Coder's version is not part of it: judging
 * versions is the purpose of a series.
 */
export function fingerprintOf(record: RunRecord): Fingerprint {
  const { architecture, size, simulated, coder, cloud, provenance, measurements } = record;
  const { platform = {}, refbench, rehearsal, machine } = provenance;
  const [major = ""] = refbench.version.split(".");
  // A rehearsal runs on the generator's machine, and its speed is a setting.
  const rehearsed = {
    region: "twin",
    machine: `${machine.cores} × ${machine.cpu}`,
    ...(rehearsal === undefined ? {} : { "build speed": String(rehearsal.buildSpeed) }),
  };
  return {
    architecture,
    size,
    coder,
    ...(simulated ? rehearsed : { region: cloud?.region ?? "unknown", zone: cloud?.zone ?? "unknown" }),
    ...Object.fromEntries(Object.entries(platform).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    // A cloud assigns any free processor of a machine type. Figures change with it, whatever Coder's version.
    ...(simulated || measurements?.generator.machine === undefined
      ? {}
      : { "generator's processor": generatorProcessors(measurements.generator) }),
    // Another SSH path, or none, is a different measurement.
    ...(measurements === undefined ? {} : { "ssh path": measurements.connections.sshPath }),
    // Notifications, TLS, proxies and relays cost time and CPU.
    ...knownNetwork(record.network),
    // A figure keeps its name when refbench measures it in a better way.
    method: provenance.method,
    "refbench major version": major,
  };
}

/** Returns the processors of all machines that generated the load. */
function generatorProcessors({ machine, parts = [] }: Measurements["generator"]): string {
  const all = [machine, ...parts.map((part) => part.machine)].flatMap((one) => one?.cpu ?? []);
  return [...new Set(all)].sort().join(", ");
}

/** Returns a string that is equal for equal fingerprints. */
export function fingerprintKey(fingerprint: Fingerprint): string {
  return JSON.stringify(Object.entries(fingerprint).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Describes each difference: "postgres: 16 → 17". */
export function fingerprintChanges(before: Fingerprint, after: Fingerprint): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `${platformWord(name)}: ${before[name] ?? "unknown"} → ${after[name] ?? "unknown"}`);
}
