import { askInventory, noteSeen } from "../context/ask-inventory.ts";
import type { StageContext } from "../context/context.ts";

/** Machines, which alone can end by themselves in a cloud. */
const MACHINES: ReadonlySet<string> = new Set(["google_compute_instance", "aws_instance"]);

/**
 * Looks whether every machine would end without us: by its label a sweep knows when, and where the cloud has a hard
 * end of its own, by that. A warning and no more, since the reaper ends them first.
 */
export async function verifyExpiry(context: StageContext): Promise<void> {
  const { environment, ports, report, signal } = context;
  const warn = (message: string): void => report({ type: "note", level: "warning", message });
  const answer = await askInventory(context);
  if (answer.state === "failed") {
    warn(`nobody can say whether the machines carry their expiry: ${answer.reason}`);
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
  if (ends?.state === "failed") warn(`nobody can say whether the machines end by themselves: ${ends.reason}`);
  if (ends?.state === "checked")
    for (const { name, problem } of ends.problems) warn(`machine ${name} would outlive its run: ${problem}`);
}
