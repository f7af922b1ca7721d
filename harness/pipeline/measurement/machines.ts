import { z } from "zod";
import { messageOf } from "../../tools/error.ts";
import type { MachinesAnswer, MeasuredRole } from "../../model/ports/machines.ts";
import type { StageContext } from "../context/context.ts";
import { writeJson } from "../../tools/files/json-file.ts";

/** For the answers of the cloud: a load that is done must not wait long for what only describes it. */
const READ_TIMEOUT_MS = 2 * 60_000;

/** What the cloud said of the run's machines after the load. */
export const machinesResult = z.object({
  /** Processors of the machines of a role, by role; several where they differ. */
  processors: z.object({ coder: z.array(z.string()), runner: z.array(z.string()) }),
  /** What happened to machines during the load, in words. */
  events: z.array(z.string()),
  /** Why nothing was read. */
  problem: z.string().optional(),
});
export type MachinesResult = z.infer<typeof machinesResult>;

/** Keeps what the cloud says of the run's machines and of what it did to them during the load. Never fails the load. */
export async function keepMachines(context: StageContext, sinceMs: number): Promise<void> {
  const { folder, ports, signal, log } = context;
  if (ports.machines === undefined || signal.aborted) return;
  const within = AbortSignal.any([signal, AbortSignal.timeout(READ_TIMEOUT_MS)]);
  const answer: MachinesAnswer = await ports
    .machines(sinceMs, within)
    .catch((error: unknown) => ({ state: "failed", reason: messageOf(error) }));
  if (answer.state === "failed") log(`the cloud did not say what the run's machines are: ${answer.reason}`);
  // A full disk has the load's own error, which must not be replaced by this one.
  await writeJson(folder.result("machines"), resultOf(answer)).catch((error: unknown) =>
    log(messageOf(error)),
  );
}

function resultOf(answer: MachinesAnswer): MachinesResult {
  if (answer.state === "failed")
    return { processors: { coder: [], runner: [] }, events: [], problem: answer.reason };
  const { machines, events } = answer;
  const of = (wanted: MeasuredRole): string[] => {
    const found = machines.flatMap(({ role, cpuPlatform }) => (role === wanted ? (cpuPlatform ?? []) : []));
    return [...new Set(found)].sort();
  };
  return {
    processors: { coder: of("coder"), runner: of("runner") },
    events: events.map(({ machine, what, at }) => `${machine} ${what} at ${at}`),
  };
}

/** The parts of a record's platform that the cloud said; machines of two processors are a platform of their own. */
export function processorsOf({ processors }: MachinesResult): Readonly<Record<string, string>> {
  const { coder, runner } = processors;
  return {
    ...(coder.length === 0 ? {} : { cpuPlatform: coder.join(" and ") }),
    ...(runner.length === 0 ? {} : { runnerCpuPlatform: runner.join(" and ") }),
  };
}

/** What changes the meaning of the figures, in words. */
export function machineConditions({ events, problem }: MachinesResult): readonly string[] {
  return [
    ...events.map((event) => `machine: ${event}, during the load`),
    ...(problem === undefined ? [] : [`machines: processors and moves not read: ${problem}`]),
  ];
}
