import type { ScaleLoad, SideCost } from "./scale-load.ts";

/** What was held, and what it cost on both sides. */
export function scaleLines(measured: ScaleLoad): string[] {
  const {
    connections,
    held,
    verified,
    failures,
    lostParts = [],
    limited,
    workers,
    emulators,
    failedProbes,
  } = measured;
  const { openSeconds, holdSeconds } = measured;
  return [
    `${connections.toLocaleString("en")} connections: held ${held.toLocaleString("en")}, verified ${verified.toLocaleString("en")}, failures ${failures.reduce((sum, { count }) => sum + count, 0)}, lost parts ${lostParts.length}`,
    `opened in ${openSeconds.toFixed(0)} s, held for ${holdSeconds.toFixed(0)} s with the closing round`,
    sideLine("workers", workers, measured),
    sideLine("emulators", emulators, measured),
    ...failures.map(
      (failure) =>
        `failure: ${failure.class} in ${failure.phase}, ${failure.count} times: ${failure.example}`,
    ),
    ...(failedProbes.length === 0 ? [] : [`failed requests of the API probe: ${failedProbes.join(", ")}`]),
    ...limited.map((reason) => `the generator was the limit: ${reason}`),
  ];
}

function sideLine(
  name: string,
  { processes, peakMib, emptyMib, openCpuSeconds, cores }: SideCost,
  { connections }: ScaleLoad,
): string {
  const kib = ((peakMib - emptyMib) * 1024) / connections;
  const busy = Object.entries(cores).map(([activity, used]) => `${used.toFixed(2)} ${activity}`);
  return (
    `${processes} ${name}: at most ${peakMib.toFixed(0)} MiB together, ${emptyMib.toFixed(0)} MiB before the first connection: ` +
    `${kib.toFixed(1)} KiB a connection; CPU ${((openCpuSeconds * 1000) / connections).toFixed(2)} ms to open one; cores: ${busy.join(", ")}`
  );
}
