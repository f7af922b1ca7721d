import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { MOST_STEPS } from "../../workload/limit-search/limit-search.ts";
import type { LimitStep } from "../../workload/limit-search/limit.ts";
import { buildLadder, nextStep } from "../../workload/limit-search/ladder.ts";
import { listDifferences, selectAsked } from "./asked.ts";
import type { LimitInput } from "./report.ts";
import { parseJson } from "../../tools/parse-json.ts";

const stepSchema = z.object({
  load: z.number(),
  purpose: z.enum(["raise", "bisect", "confirm", "above", "settle"]),
  outcome: z.enum(["within", "broken", "generator-limited"]),
  reasons: z.array(z.string()),
  builds: z.object({ peakRunning: z.number(), capacity: z.number() }).optional(),
  tookMs: z.number(),
});

/** The part of a search's result that another search needs to continue it. */
const keptSchema = z.object({
  schemaVersion: z.literal(1),
  deployment: z.object({ id: z.string(), version: z.string() }),
  asked: z.record(z.string(), z.unknown()),
  steps: z.array(stepSchema),
});

/** Reads the steps of an earlier search. Throws `usage` unless it had the same flags, the same Coder, and steps to go. */
export async function readEarlierSteps(
  file: string,
  ground: Omit<LimitInput, "cleanup">,
  cwd: string,
): Promise<readonly LimitStep[]> {
  const kept = await read(resolve(cwd, file), file);
  const { look, wish } = ground;
  const { id, version } = kept.deployment;
  if (id !== look.id) refuse(file, `it measured the deployment ${id}, but this one is ${look.id}`);
  if (version !== look.version)
    refuse(file, `it measured Coder ${version}, but this one is now ${look.version}`);
  const differences = listDifferences(kept.asked, selectAsked(ground));
  if (differences.length > 0)
    refuse(file, `its flags were different (then → now): ${differences.join("; ")}; give the same flags`);
  const { maxSteps = MOST_STEPS } = wish;
  const steps = kept.steps as readonly LimitStep[];
  const next = nextStep(steps, buildLadder(wish.kind, wish), maxSteps - steps.length);
  if ("ended" in next) refuse(file, "it has ended: read its result in the file");
  if (steps.length >= maxSteps)
    refuse(file, `it has ${steps.length} steps, but --limit-steps is ${maxSteps}: raise it`);
  return steps;
}

async function read(path: string, file: string): Promise<z.infer<typeof keptSchema>> {
  try {
    return keptSchema.parse(parseJson(await readFile(path, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    return refuse(file, `expected the limit.json of an earlier search: ${why}`);
  }
}

function refuse(file: string, why: string): never {
  throw new RefbenchError("usage", `--resume ${file} cannot be continued: ${why}`);
}
