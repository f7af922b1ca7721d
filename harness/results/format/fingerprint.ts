import type { RunRecord } from "../../model/record/record.ts";
import { platformWord } from "./platform-words.ts";

/** What a run was measured on, by name: figures of different fingerprints are never one series. */
export type Fingerprint = Readonly<Record<string, string>>;

/** What has to be alike for two runs to be nights of one series; Coder's version is what a series is there to judge. */
export function fingerprintOf(record: RunRecord): Fingerprint {
  const { architecture, size, simulated, coder, cloud, provenance, measurements } = record;
  const { platform = {}, refbench, rehearsal, machine } = provenance;
  const [major = ""] = refbench.version.split(".");
  // A rehearsal is measured on the generator's own machine, and as fast as it is told to be.
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
    // A cloud gives a machine type whichever processor is free: figures step with it, and no version of Coder did that.
    ...(simulated || measurements?.generator.machine === undefined
      ? {}
      : { "generator's processor": measurements.generator.machine.cpu }),
    // A night whose SSH was not carried, or went another way, measured something else.
    ...(measurements === undefined ? {} : { "ssh path": measurements.connections.sshPath }),
    // A figure keeps its name when refbench learns to measure it better.
    method: provenance.method,
    "refbench major version": major,
  };
}

/** One word for a fingerprint, the same for the same one. */
export function fingerprintKey(fingerprint: Fingerprint): string {
  return JSON.stringify(Object.entries(fingerprint).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What differs between two, in words: "postgres: 16 → 17". */
export function fingerprintChanges(before: Fingerprint, after: Fingerprint): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `${platformWord(name)}: ${before[name] ?? "unknown"} → ${after[name] ?? "unknown"}`);
}
