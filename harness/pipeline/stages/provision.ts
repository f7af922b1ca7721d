import { z } from "zod";
import { RefbenchError } from "../../model/error.ts";
import type { TerraformOptions, TerraformSummary } from "../../model/terraform.ts";
import { cloudOutputsSchema, coderOutputsSchema } from "../../../stacks/outputs.ts";
import type { StageContext } from "../context.ts";
import { countingOptions } from "../resource-counts.ts";
import { readJson, writeJson } from "../json-file.ts";
import { findSecrets } from "../secrets.ts";
import { verifyExpiry } from "../verify-expiry.ts";

/** What provision leaves: the stacks in the order they were applied, and where Coder answers. */
export const provisionResult = z.object({
  stacks: z.array(z.object({ name: z.string(), resources: z.number().int() })),
  outputs: coderOutputsSchema,
  /** Where the environment is, for whoever must reach its machines. */
  place: cloudOutputsSchema.optional(),
  providers: z.record(z.string(), z.string()),
});

/** Synthesizes the stacks and applies them in the order of their dependencies. */
export async function provision(context: StageContext): Promise<string> {
  const { folder, signal } = context;
  const order = await synthesizeInto(context);
  const applied: { name: string; resources: number }[] = [];
  let outputs: Readonly<Record<string, unknown>> = {};
  for (const stack of order) {
    signal.throwIfAborted();
    const { resources, outputs: own } = await applyStack(context, stack);
    applied.push({ name: stack, resources });
    outputs = { ...outputs, ...own };
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
  return `${total} resources in ${applied.length} stacks, Coder at ${coder.coder_url}`;
}

/** Applies the environment's release of Coder again, another version of it: what it stands on stays as it is. */
export async function applyRelease(context: StageContext): Promise<void> {
  const { folder } = context;
  const before = await readJson(folder.result("provision"), provisionResult);
  const stack = (await synthesizeInto(context)).at(-1);
  if (stack === undefined) throw new RefbenchError("synthesis", "the environment has no stack to apply");
  const { outputs } = await applyStack(context, stack);
  await writeJson(folder.result("provision"), { ...before, outputs: coderIn(outputs) });
}

async function applyStack(
  context: StageContext,
  stack: string,
): Promise<{ readonly resources: number; readonly outputs: Readonly<Record<string, unknown>> }> {
  const { folder, ports, journal, report } = context;
  const directory = folder.stack(stack);
  if ((await findSecrets(folder)) === undefined)
    throw new RefbenchError(
      "run_folder",
      `secrets.json of the run's folder is missing or damaged: ${stack} cannot be applied without the run's secrets; end this run with "refbench teardown" and start another one`,
    );
  let counted = (): number => 0;
  const summary = await withTerraform(context, stack, async (given) => {
    const counting = countingOptions(given, "apply");
    counted = counting.counted;
    const { options } = counting;
    await ports.terraform.init(directory, options);
    await lockElsewhere(context, stack, options);
    await journal.append({ type: "stack-intent", stack, act: "apply" });
    return ports.terraform.apply(directory, {
      ...options,
      onPlanned: (planned: TerraformSummary) =>
        report({ type: "terraform.planned", stack, summary: planned }),
    });
  }).catch(async (error: unknown) => {
    await journal.append({ type: "stack-outcome", stack, act: "apply", ok: false, resources: counted() });
    throw error;
  });
  await journal.append({ type: "stack-outcome", stack, act: "apply", ok: true, resources: summary.add });
  const outputs = await withTerraform(context, stack, (options) =>
    ports.terraform.output(directory, options),
  );
  return { resources: summary.add, outputs };
}

function coderIn(outputs: Readonly<Record<string, unknown>>): z.infer<typeof coderOutputsSchema> {
  const parsed = coderOutputsSchema.safeParse(outputs);
  if (parsed.success) return parsed.data;
  throw new RefbenchError(
    "infrastructure",
    `the stacks' outputs do not say where Coder is: ${z.prettifyError(parsed.error)}`,
  );
}

function placeIn(outputs: Readonly<Record<string, unknown>>): Pick<z.infer<typeof provisionResult>, "place"> {
  const place = cloudOutputsSchema.safeParse(outputs);
  return place.success ? { place: place.data } : {};
}

/** Without hashes for other platforms an init there fails, and with it a teardown: told, and no reason not to start. */
async function lockElsewhere(
  { folder, ports, report }: StageContext,
  stack: string,
  options: TerraformOptions,
): Promise<void> {
  const locks = (await ports.lockProviders?.(folder.stack(stack), options)) ?? [];
  for (const { platform, reason } of locks.filter(({ locked }) => !locked)) {
    const message = `${stack} has no provider hashes for ${platform}, so a teardown there needs "terraform init -upgrade" first: ${reason ?? "no reason given"}`;
    report({ type: "note", level: "warning", message });
  }
}

/** Synthesizes the stacks of the run's environment into its folder; returns their names, dependencies first. */
export async function synthesizeInto({ folder, ports, signal }: StageContext): Promise<readonly string[]> {
  const stacks = await ports.synthesize({
    environmentFile: folder.environment,
    directory: folder.terraform,
    env: ports.childEnv,
    signal,
  });
  const order = inOrder(stacks);
  await writeJson(folder.result("stacks"), order);
  return order;
}

/** Dependencies first. */
export function inOrder(
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

/** Runs Terraform in one stack with the run's secrets in its environment, its progress reported. */
export async function withTerraform<Result>(
  { folder, ports, signal, report, log, mirror }: StageContext,
  stack: string,
  run: (options: TerraformOptions) => Promise<Result>,
): Promise<Result> {
  const secrets = await findSecrets(folder);
  const variables = secrets === undefined ? {} : ports.terraformSecrets(secrets);
  return run({
    env: { ...ports.childEnv, ...variables },
    signal,
    onProgress: (progress) => {
      report({ type: "terraform.progress", stack, progress });
      if (progress.state === "complete") mirror?.soon();
    },
    onLine: (line) => log(`[${stack}] ${line}`),
  });
}
