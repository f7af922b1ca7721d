import { z } from "zod";
import { RefbenchError } from "../../tools/error.ts";
import { cloudOutputsSchema, coderOutputsSchema } from "../../../stacks/outputs.ts";
import { applyStack } from "./apply-stack.ts";
import { keepOthers } from "../measurement/others.ts";
import { noteWhatExists } from "../context/ask-inventory.ts";
import type { StageContext } from "../context/context.ts";
import { readJson, writeJson } from "../../tools/files/json-file.ts";
import { watchPods } from "./watch-pods.ts";
import { verifyExpiry } from "./verify-expiry.ts";
import { countOf } from "../../tools/count-text.ts";

/** The stored result of provision: the stacks in the order of their applies, and Coder's address. */
export const provisionResult = z.object({
  stacks: z.array(z.object({ name: z.string(), resources: z.number().int() })),
  outputs: coderOutputsSchema,
  /** The environment's place, for code that must reach its machines. */
  place: cloudOutputsSchema.optional(),
  providers: z.record(z.string(), z.string()),
});

/** Synthesizes the stacks and applies them in the order of their dependencies. */
export async function provision(context: StageContext): Promise<string> {
  const { folder, signal } = context;
  const order = await synthesizeInto(context);
  await keepOthers(context, "before provision");
  const applied: { name: string; resources: number }[] = [];
  let outputs: Readonly<Record<string, unknown>> = {};
  for (const stack of order) {
    signal.throwIfAborted();
    const { place } = placeIn(outputs);
    const { resources, outputs: own } = await watchPods(context, (watched) =>
      applyStack(watched, stack, place),
    );
    applied.push({ name: stack, resources });
    outputs = { ...outputs, ...own };
    // After the last stack, the check of expiries asks the inventory.
    if (stack !== order.at(-1)) await noteWhatExists(context);
  }
  const coder = coderIn(outputs);
  await writeJson(folder.result("provision"), {
    stacks: applied,
    outputs: coder,
    ...placeIn(outputs),
    providers: {},
  } satisfies z.infer<typeof provisionResult>);
  await verifyExpiry(context);
  const total = applied.reduce((sum, { resources }) => sum + resources, 0);
  return `${countOf(total, "resource")} in ${countOf(applied.length, "stack")}, Coder at ${coder.coder_url}`;
}

/** Applies another version of Coder in the last stack. The stacks below it stay as they are. */
export async function applyRelease(context: StageContext): Promise<void> {
  const { folder } = context;
  const before = await readJson(folder.result("provision"), provisionResult);
  const stack = (await synthesizeInto(context)).at(-1);
  if (stack === undefined) throw new RefbenchError("synthesis", "the environment has no stack to apply");
  const { outputs } = await applyStack(context, stack, before.place);
  await writeJson(folder.result("provision"), { ...before, outputs: coderIn(outputs) });
}

function coderIn(outputs: Readonly<Record<string, unknown>>): z.infer<typeof coderOutputsSchema> {
  const parsed = coderOutputsSchema.safeParse(outputs);
  if (parsed.success) return parsed.data;
  throw new RefbenchError(
    "infrastructure",
    `the stacks' outputs do not contain Coder's address: ${z.prettifyError(parsed.error)}`,
  );
}

function placeIn(outputs: Readonly<Record<string, unknown>>): Pick<z.infer<typeof provisionResult>, "place"> {
  const place = cloudOutputsSchema.safeParse(outputs);
  return place.success ? { place: place.data } : {};
}

/**
 * Synthesizes the stacks of the run's environment into its folder. Returns their names, dependencies first.
 */
export async function synthesizeInto({ folder, ports, signal }: StageContext): Promise<readonly string[]> {
  const stacks = await ports.synthesize({
    environmentFile: folder.environment,
    directory: folder.terraform,
    env: ports.childEnv,
    signal,
  });
  const order = sortByDependencies(stacks);
  await writeJson(folder.result("stacks"), order);
  return order;
}

/** The names of the stacks, dependencies first. */
export function sortByDependencies(
  stacks: readonly { readonly name: string; readonly dependencies: readonly string[] }[],
): readonly string[] {
  const order: string[] = [];
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    stacks.find((stack) => stack.name === name)?.dependencies.forEach(visit);
    order.push(name);
  };
  stacks.forEach(({ name }) => visit(name));
  return order;
}
