import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Unseen } from "../../model/observation/observation.ts";
import type { SeriesName } from "../../model/observation/series.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { FigureSource, Reading, Sample } from "../source.ts";
import { isVirtualDevice } from "./virtual-device.ts";

const PRESSURES = ["cpu", "memory", "io"] as const;

/** A counter in seconds or bytes, and when it was read. A busy machine may pause between the reads of two files. */
interface Counter {
  readonly value: number;
  readonly atMs: number;
}

/** All CPU time of a machine since its start, in ticks. */
interface CpuTime {
  readonly busy: number;
  readonly total: number;
  readonly cores: number;
}

interface Counters {
  readonly cpu: CpuTime;
  readonly values: ReadonlyMap<SeriesName, Counter>;
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
    const timed = (value: number): Counter => ({ value, atMs: clock.elapsed() });
    const pressure = readPressure(text, timed);
    const traffic = readTraffic(text("net/dev"), timed);
    const now: Counters = { cpu, values: new Map([...pressure.values, ...traffic]) };
    const samples: Sample[] = [
      { series: "node.cores", of, value: cpu.cores },
      { series: "node.memory", of, value: memory.used },
      { series: "node.memory-size", of, value: memory.size },
      ...cpuBetween(before?.cpu, cpu).map((value) => ({ series: "node.cpu" as const, of, value })),
      ...ratesBetween(before, now).map(([series, value]) => ({ series, of, value })),
    ];
    before = now;
    return { samples, questions: 0, bytes: 0, unseen: pressure.unseen };
  };
  return { what: `machine ${of}`, read: () => new Promise((resolve) => resolve(read())) };
}

/**
 * Returns the cores in use between two reads. The kernel counts idle time in the same ticks (proc(5)), so their share
 * needs no clock, and is never more than there are.
 */
function cpuBetween(before: CpuTime | undefined, now: CpuTime): number[] {
  const total = now.total - (before?.total ?? now.total);
  if (before === undefined || total <= 0) return [];
  const share = (now.busy - before.busy) / total;
  return [Math.min(1, Math.max(0, share)) * now.cores];
}

function ratesBetween(before: Counters | undefined, now: Counters): [SeriesName, number][] {
  return [...now.values].flatMap(([series, { value, atMs }]): [SeriesName, number][] => {
    const was = before?.values.get(series);
    const seconds = was === undefined ? 0 : (atMs - was.atMs) / 1_000;
    return was === undefined || seconds <= 0 ? [] : [[series, Math.max(0, value - was.value) / seconds]];
  });
}

/** Busy is what is not idle, not waiting for a disk, and not taken by the hypervisor. */
function readCpu(stat: string): CpuTime {
  const [user = 0, nice = 0, system = 0, idle = 0, disk = 0, irq = 0, softIrq = 0, steal = 0] = (
    /^cpu +(.*)$/m.exec(stat)?.[1] ?? ""
  )
    .split(" ")
    .map(Number);
  const busy = user + nice + system + irq + softIrq;
  return {
    busy,
    total: busy + idle + disk + steal,
    cores: [...stat.matchAll(/^cpu\d+ /gm)].length,
  };
}

function readMemory(meminfo: string): { readonly used: number; readonly size: number } {
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(meminfo)?.[1] ?? NaN);
  const size = bytes("MemTotal");
  return { used: size - bytes("MemAvailable"), size };
}

function readPressure(
  text: (path: string) => string,
  timed: (value: number) => Counter,
): {
  readonly values: (readonly [SeriesName, Counter])[];
  readonly unseen: readonly Unseen[];
} {
  try {
    const values = PRESSURES.map((kind) => {
      const total = /^some .*total=(\d+)$/m.exec(text(`pressure/${kind}`))?.[1];
      return [`node.${kind}-pressure`, timed(Number(total ?? NaN) / 1e6)] as const;
    });
    return { values, unseen: [] };
  } catch {
    return {
      values: [],
      unseen: [{ what: "pressure of the machine", why: "its kernel does not count it (CONFIG_PSI)" }],
    };
  }
}

function readTraffic(devices: string, timed: (value: number) => Counter): [SeriesName, Counter][] {
  let [received, sent] = [0, 0];
  for (const [, name = "", rest = ""] of devices.matchAll(/^\s*(\S+):\s*(.*)$/gm)) {
    if (isVirtualDevice(name)) continue;
    const fields = rest.split(/\s+/).map(Number);
    received += fields[0] ?? 0;
    sent += fields[8] ?? 0;
  }
  return [
    ["node.received", timed(received)],
    ["node.sent", timed(sent)],
  ];
}
