import type { Floor } from "./floor.ts";
import type { MixedLoad } from "./mixed-load.ts";

/** The targets for one small machine, in the generator's process. */
const TARGETS = { connections: 10_000, holdMib: 200, holdCpuShare: 0.15, failures: 0 } as const;

type Figure = "holdMib" | "peakMib" | "cpuMsPerOpen" | "holdCpuShare" | "cpuMsPerCommand";

/** One size, medians with their spread. */
export function loadLine(rounds: readonly MixedLoad[]): string {
  const [first] = rounds;
  if (first === undefined) return "";
  const latencies = Object.keys(first.latencyMs).map((phase) => {
    const at = (percentile: "p50" | "p99"): string =>
      medianWithSpread(
        rounds.map(({ latencyMs }) => latencyMs[phase]?.[percentile] ?? 0),
        1,
      );
    return `${phase} p50 ${at("p50")} p99 ${at("p99")} ms`;
  });
  return [
    `${first.connections} connections from ${first.workers === 1 ? "1 worker" : `${first.workers} workers`}: held ${Math.min(...rounds.map(({ held }) => held))}, failures ${Math.max(...rounds.map(({ failures }) => failures))}`,
    `  memory while held ${figure(rounds, "holdMib", 0)} MiB, highest ${figure(rounds, "peakMib", 0)} MiB`,
    `  CPU per open ${figure(rounds, "cpuMsPerOpen", 2)} ms, per command ${figure(rounds, "cpuMsPerCommand", 2)} ms, ${figure(rounds, "holdCpuShare", 3)} of a core while held at ${first.commandsPerSecond} commands/s`,
    `  ${latencies.join("; ")}`,
  ].join("\n");
}

/** The marginal cost of a connection, from each size to the next. */
export function doubled(loads: readonly (readonly MixedLoad[])[]): string[] {
  return loads.slice(1).flatMap((larger, index) => {
    const smaller = loads[index];
    if (smaller?.[0] === undefined || larger[0] === undefined) return [];
    const more = larger[0].connections - smaller[0].connections;
    const kib = ((median(larger, "holdMib") - median(smaller, "holdMib")) * 1024) / more;
    const times = larger[0].connections / smaller[0].connections;
    const cpu = median(larger, "holdCpuShare") / median(smaller, "holdCpuShare");
    return [
      `${smaller[0].connections} → ${larger[0].connections} (× ${times}): ${kib.toFixed(1)} KiB a connection, CPU while held × ${cpu.toFixed(2)}`,
    ];
  });
}

/** How much more or less a connection may cost than at the smallest size. */
const FLAT = 0.1;

/** What opening and a held command cost at each size, as a multiple of the smallest one. */
export function flatness(loads: readonly (readonly MixedLoad[])[]): string[] {
  const [smallest, ...larger] = loads;
  if (smallest?.[0] === undefined) return [];
  return (["cpuMsPerOpen", "cpuMsPerCommand"] as const).flatMap((name) =>
    larger.map((rounds) => {
      const times = median(rounds, name) / median(smallest, name);
      const verdict = Math.abs(times - 1) <= FLAT ? "met" : "missed";
      return `${name} at ${rounds[0]?.connections}: × ${times.toFixed(2)} of that at ${smallest[0]?.connections} (× ${1 - FLAT} to ${1 + FLAT}): ${verdict}`;
    }),
  );
}

export function floorLine(one: Floor): string {
  return [
    `bare ws loop, ${one.connections} terminals: failures ${one.failures}`,
    `  memory while held ${one.holdMib.toFixed(0)} MiB, CPU per open ${one.cpuMsPerOpen.toFixed(2)} ms, per command ${one.cpuMsPerCommand.toFixed(2)} ms, ${one.holdCpuShare.toFixed(3)} of a core`,
  ].join("\n");
}

/** The most that opening may cost, in milliseconds: half of what it was on 30 November 2026, beside 0.18 of the bare loop. */
const OPEN_MS = 0.435;
/** The most that a held command may cost, as a multiple of the bare loop's. */
const COMMAND_TIMES = 2;

/** The workload as a multiple of the bare loop, beside its targets. */
export function beside(loads: readonly MixedLoad[], floors: readonly Floor[]): string[] {
  return floors.map((one) => {
    const times = (name: "holdMib" | "cpuMsPerOpen" | "cpuMsPerCommand"): string =>
      (median(loads, name) / one[name]).toFixed(2);
    const command = median(loads, "cpuMsPerCommand") / one.cpuMsPerCommand;
    const open = median(loads, "cpuMsPerOpen");
    const verdict = (isMet: boolean): string => (isMet ? "met" : "missed");
    return [
      `beside it: memory × ${times("holdMib")}, CPU per open × ${times("cpuMsPerOpen")}, per command × ${times("cpuMsPerCommand")}; its terminals carry no SSH, verify and measure nothing`,
      `  CPU per open ${open.toFixed(2)} ms (at most ${OPEN_MS}): ${verdict(open <= OPEN_MS)}`,
      `  per command × ${command.toFixed(2)} of the bare loop (at most × ${COMMAND_TIMES}): ${verdict(command <= COMMAND_TIMES)}`,
    ].join("\n");
  });
}

/** Targets that were missed, by how much. */
export function missedLoadTargets(loads: readonly (readonly MixedLoad[])[]): string[] {
  const judged = loads.find(([first]) => first?.connections === TARGETS.connections);
  if (judged === undefined) return [];
  const failures = Math.max(...judged.map((one) => one.failures));
  const over = (["holdMib", "holdCpuShare"] as const).flatMap((name) =>
    median(judged, name) > TARGETS[name]
      ? [`target missed: ${name} ${median(judged, name).toFixed(2)}, at most ${TARGETS[name]}`]
      : [],
  );
  return failures > TARGETS.failures ? [...over, `target missed: ${failures} failures`] : over;
}

function figure(rounds: readonly MixedLoad[], name: Figure, digits: number): string {
  return medianWithSpread(
    rounds.map((one) => one[name]),
    digits,
  );
}

function median(rounds: readonly MixedLoad[], name: Figure): number {
  const sorted = rounds.map((one) => one[name]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** `12 (11–14)`: the median, the least and the most. */
export function medianWithSpread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): string => (sorted[index] ?? 0).toFixed(digits);
  const middle = at(Math.floor(sorted.length / 2));
  return sorted.length < 2 ? middle : `${middle} (${at(0)}–${at(sorted.length - 1)})`;
}
