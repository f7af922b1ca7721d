import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Unseen } from "../../model/observation/observation.ts";
import type { SeriesName } from "../../model/observation/series.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { FigureSource, Reading, Sample } from "../source.ts";
import { isVirtualDevice } from "./virtual-device.ts";

const TICKS_PER_SECOND = 100;
const PRESSURES = ["cpu", "memory", "io"] as const;

interface Counters {
  readonly atMs: number;
  /** By series: seconds, or bytes. */
  readonly values: ReadonlyMap<SeriesName, number>;
}

/** Observes this machine by `/proc`. Traffic is that of devices that leave the machine. */
export function machineSource(
  of: string,
  { clock, proc = "/proc" }: { readonly clock: Pick<Clock, "elapsed">; readonly proc?: string },
): FigureSource {
  let before: Counters | undefined;
  const read = (): Reading => {
    const text = (path: string): string => readFileSync(join(proc, path), "utf8");
    const cpu = readCpu(text("stat"));
    const memory = readMemory(text("meminfo"));
    const pressure = readPressure(text);
    const traffic = readTraffic(text("net/dev"));
    const now: Counters = {
      atMs: clock.elapsed(),
      values: new Map<SeriesName, number>([["node.cpu", cpu.seconds], ...pressure.values, ...traffic]),
    };
    const samples: Sample[] = [
      { series: "node.cores", of, value: cpu.cores },
      { series: "node.memory", of, value: memory.used },
      { series: "node.memory-size", of, value: memory.size },
      ...ratesBetween(before, now).map(([series, value]) => ({ series, of, value })),
    ];
    before = now;
    return { samples, questions: 0, bytes: 0, unseen: pressure.unseen };
  };
  return { what: `machine ${of}`, read: () => new Promise((resolve) => resolve(read())) };
}

function ratesBetween(before: Counters | undefined, now: Counters): [SeriesName, number][] {
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1_000;
  if (before === undefined || seconds <= 0) return [];
  return [...now.values].flatMap(([series, value]): [SeriesName, number][] => {
    const was = before.values.get(series);
    return was === undefined ? [] : [[series, Math.max(0, value - was) / seconds]];
  });
}

/** CPU time in use: not idle, not waiting for a disk, and not taken by the hypervisor. */
function readCpu(stat: string): { readonly seconds: number; readonly cores: number } {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? "")
    .split(" ")
    .map(Number);
  return {
    seconds: (user + nice + system + irq + softIrq) / TICKS_PER_SECOND,
    cores: [...stat.matchAll(/^cpu\d+ /gm)].length,
  };
}

function readMemory(meminfo: string): { readonly used: number; readonly size: number } {
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(meminfo)?.[1] ?? NaN);
  const size = bytes("MemTotal");
  return { used: size - bytes("MemAvailable"), size };
}

function readPressure(text: (path: string) => string): {
  readonly values: (readonly [SeriesName, number])[];
  readonly unseen: readonly Unseen[];
} {
  try {
    const values = PRESSURES.map((kind) => {
      const total = /^some .*total=(\d+)$/m.exec(text(`pressure/${kind}`))?.[1];
      return [`node.${kind}-pressure`, Number(total ?? NaN) / 1e6] as const;
    });
    return { values, unseen: [] };
  } catch {
    return {
      values: [],
      unseen: [{ what: "pressure of the machine", why: "its kernel does not count it (CONFIG_PSI)" }],
    };
  }
}

function readTraffic(devices: string): [SeriesName, number][] {
  let [received, sent] = [0, 0];
  for (const [, name = "", rest = ""] of devices.matchAll(/^\s*(\S+):\s*(.*)$/gm)) {
    if (isVirtualDevice(name)) continue;
    const fields = rest.split(/\s+/).map(Number);
    received += fields[0] ?? 0;
    sent += fields[8] ?? 0;
  }
  return [
    ["node.received", received],
    ["node.sent", sent],
  ];
}
