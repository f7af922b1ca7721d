import { z } from "zod";

/** The result of one case. A field exists once its step was reached. */
export const rehearsalOutcome = z.object({
  name: z.string(),
  /** Stages that did not end in 0, with their exit codes. */
  failedStages: z.array(z.object({ stage: z.string(), exitCode: z.number() })),
  /** Resources that Terraform created, over all stacks. */
  resources: z.number().optional(),
  /** Changes of a second plan, by stack; must be empty. */
  secondPlan: z.record(z.string(), z.enum(["empty", "changes", "failed"])),
  verdict: z.string().optional(),
  teardown: z.string().optional(),
  /** The first reason why the verdict is not a pass. */
  reason: z.string().optional(),
  /** Items of the twin's inventory after the teardown. */
  left: z.array(z.string()).optional(),
  seconds: z.number(),
  /** The case's folder, kept when something was missed. */
  folder: z.string().optional(),
});
export type RehearsalOutcome = z.infer<typeof rehearsalOutcome>;

/** Verdicts that a load on a small or busy machine may have: they do not concern the stacks. */
const HARMLESS: ReadonlySet<string | undefined> = new Set(["pass", "slo-failed", "generator-limited"]);

/** The expectations that this case missed; empty when it met all. */
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
