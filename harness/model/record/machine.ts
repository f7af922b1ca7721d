import { cpus, release, totalmem, type } from "node:os";
import { z } from "zod";

/** A machine: model of its CPU, cores, memory in GiB, kernel. */
export const machine = z.object({
  cpu: z.string(),
  cores: z.number().int().nonnegative(),
  memoryGib: z.number(),
  os: z.string(),
});
export type Machine = z.infer<typeof machine>;

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model ?? "unknown",
    cores: cores.length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
  };
}

/** A machine in words. */
export function machineWords({ cpu, cores, memoryGib, os }: Machine): string {
  return `${cores} × ${cpu}, ${memoryGib} GiB, ${os}`;
}
