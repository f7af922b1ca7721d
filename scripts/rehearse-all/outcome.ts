import { z } from "zod";

/** What one case came to: each field is there once its step was reached. */
export const rehearsalOutcome = z.object({
  name: z.string(),
  /** Stages that did not end in 0, with their exit codes. */
  failedStages: z.array(z.object({ stage: z.string(), exitCode: z.number() })),
  /** Resources that Terraform created, over all stacks. */
  resources: z.number().optional(),
  /** What a second plan would change, by stack: empty is what it must be. */
  secondPlan: z.record(z.string(), z.enum(["empty", "changes", "failed"])),
  verdict: z.string().optional(),
  teardown: z.string().optional(),
  /** Why the verdict is no pass, its first reason. */
  reason: z.string().optional(),
  /** What was still in the twin's inventory after the teardown. */
  left: z.array(z.string()).optional(),
  seconds: z.number(),
  /** Where all of it lies, when something was missed. */
  folder: z.string().optional(),
});
export type RehearsalOutcome = z.infer<typeof rehearsalOutcome>;

/** How a load on a small or busy machine may be judged: that says nothing of the stacks. */
const HARMLESS: ReadonlySet<string | undefined> = new Set(["pass", "slo-failed", "generator-limited"]);

/** What this case should have been and was not; empty when all of it held. */
export function missesOf(outcome: RehearsalOutcome): readonly string[] {
  const { failedStages, secondPlan, verdict, teardown, left } = outcome;
  const plans = Object.entries(secondPlan);
  return [
    ...failedStages.map(({ stage, exitCode }) => `${stage} ended with ${exitCode}`),
    ...plans
      .filter(([, plan]) => plan !== "empty")
      .map(([stack, plan]) =>
        plan === "changes" ? `a second plan of ${stack} has changes` : `a second plan of ${stack} failed`,
      ),
    ...(plans.length === 0 ? ["no second plan was made"] : []),
    ...(HARMLESS.has(verdict) ? [] : [`the verdict is ${verdict ?? "missing"}`]),
    ...(teardown === "clean" ? [] : [`the teardown is ${teardown ?? "missing"}`]),
    ...(left === undefined ? ["the twin was not asked"] : left.map((item) => `left in the twin: ${item}`)),
  ];
}
