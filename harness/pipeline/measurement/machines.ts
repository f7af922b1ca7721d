import { z } from "zod";
import { messageOf } from "../../tools/error.ts";
import type { MachinesAnswer, MeasuredRole } from "../../model/ports/machines.ts";
import type { StageContext } from "../context/context.ts";
import { writeJson } from "../../tools/files/json-file.ts";

/** Limit for the cloud's answers: a finished load must not wait long for a mere description. */
const READ_TIMEOUT_MS = 2 * 60_000;

/** The cloud's report about the run's machines after the load. */
export const machinesResult = z.object({
  /** Processors of the machines by role; several if they differ. */
  processors: z.object({ coder: z.array(z.string()), runner: z.array(z.string()) }),
  /** Events of machines during the load, as sentences. */
  events: z.array(z.string()),
  /** Why the cloud gave no answer. */
  problem: z.string().optional(),
});
export type MachinesResult = z.infer<typeof machinesResult>;

/**
 * Stores what the cloud reports about the run's machines and their events during the load. Never fails the
 * load.
 */
export async function keepMachines(context: StageContext, sinceMs: number): Promise<void> {
  const { folder, ports, signal, log } = context;
  if (ports.machines === undefined || signal.aborted) return;
  const within = AbortSignal.any([signal, AbortSignal.timeout(READ_TIMEOUT_MS)]);
  const answer: MachinesAnswer = await ports
    .machines(sinceMs, within)
    .catch((error: unknown) => ({ state: "failed", reason: messageOf(error) }));
  if (answer.state === "failed") log(`the cloud did not describe the run's machines: ${answer.reason}`);
  // On a full disk the load throws its own error, which must not be replaced by this one.
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

/**
 * The processors that the cloud reported, for a record's platform. Machines with two kinds count as a
 * separate platform.
 */
export function processorsOf({ processors }: MachinesResult): Readonly<Record<string, string>> {
  const { coder, runner } = processors;
  return {
    ...(coder.length === 0 ? {} : { cpuPlatform: coder.join(" and ") }),
    ...(runner.length === 0 ? {} : { runnerCpuPlatform: runner.join(" and ") }),
  };
}

/** The conditions that change the meaning of the figures, as sentences. */
export function machineConditions({ events, problem }: MachinesResult): readonly string[] {
  return [
    ...events.map((event) => `machine: ${event}, during the load`),
    ...(problem === undefined ? [] : [`machines: processors and moves could not be read: ${problem}`]),
  ];
}
