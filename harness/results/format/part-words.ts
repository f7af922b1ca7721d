import type { GeneratorPart } from "../../model/record/parts.ts";
import { lostPartSentence } from "../../model/record/parts.ts";
import type { Measurements } from "../../model/record/record.ts";
import { countOf, formatCount } from "../../tools/count-text.ts";

/** Reports each machine of a generator in several parts; undefined for a load in one part. */
export function partsLine({
  generator: { parts = [] },
}: Pick<Measurements, "generator">): string | undefined {
  if (parts.length === 0) return undefined;
  const machines = groupByMachine(parts).map((own) => {
    const [first] = own;
    const name = first?.place?.node === undefined ? "" : `${first.place.node}: `;
    const memory = own.reduce((sum, { maxRssMib }) => sum + maxRssMib, 0);
    const cpu = own.reduce((sum, one) => sum + one.cpuSeconds + (one.childCpuSeconds ?? 0), 0);
    const machine =
      first?.machine === undefined ? "" : ` on ${first.machine.cores} cores (${first.machine.cpu})`;
    return `${name}${countOf(own.length, "part")}${machine}, ${formatCount(Math.round(memory))} MiB, ${cpu.toFixed(1)} s of CPU`;
  });
  return `Parts: ${formatCount(parts.length)} on ${countOf(machines.length, "machine")} (${machines.join("; ")}).`;
}

/** Parts that share a machine; those that do not know theirs count as sharing one. */
function groupByMachine(parts: readonly GeneratorPart[]): readonly (readonly GeneratorPart[])[] {
  const machines = new Map<string, GeneratorPart[]>();
  for (const part of parts) {
    const key = part.place?.machine ?? "";
    machines.set(key, [...(machines.get(key) ?? []), part]);
  }
  return [...machines.values()];
}

/** Reports each lost part, and what of it is in the figures. */
export function lostPartLines({ lostParts = [] }: Pick<Measurements, "lostParts">): readonly string[] {
  return lostParts.map((lost) => {
    const { knownUntilMs, unmeasured } = lost;
    const { workspaces, connections } = unmeasured;
    return `Lost: ${lostPartSentence(lost)}. Its figures until ${Math.round(knownUntilMs / 1000)} s are included; ${formatCount(workspaces)} of its workspaces and ${formatCount(connections)} of its connections were not measured, and do not count as failures.`;
  });
}
