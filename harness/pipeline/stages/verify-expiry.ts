import { askInventory, noteSeen } from "../context/ask-inventory.ts";
import type { StageContext } from "../context/context.ts";

/** Machines: the only resources with an automatic end in a cloud. */
const MACHINES: ReadonlySet<string> = new Set(["google_compute_instance", "aws_instance"]);

/**
 * Checks that every machine would end without refbench: its label tells a sweep when, and some clouds also
 * have a hard end. Only warns, because the reaper ends the machines first.
 */
export async function verifyExpiry(context: StageContext): Promise<void> {
  const { environment, ports, report, signal } = context;
  const warn = (message: string): void => report({ type: "note", level: "warning", message });
  const answer = await askInventory(context);
  if (answer.state === "failed") {
    warn(`it is not known whether the machines carry their expiry: ${answer.reason}`);
    return;
  }
  await noteSeen(context, answer);
  const unlabelled = answer.items.filter(
    ({ kind, labels }) => MACHINES.has(kind) && labels["bench-expires"] !== String(environment.expiresAt),
  );
  for (const { kind, name, labels } of unlabelled)
    warn(
      `${kind} ${name} has bench-expires ${labels["bench-expires"] ?? "missing"}, expected ${String(environment.expiresAt)}`,
    );
  const ends = await ports.hardEnds?.(signal);
  if (ends?.state === "failed")
    warn(`it is not known whether the machines end automatically: ${ends.reason}`);
  if (ends?.state === "checked")
    for (const { name, problem } of ends.problems) warn(`machine ${name} would outlive its run: ${problem}`);
}
