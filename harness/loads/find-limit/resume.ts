import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { MOST_STEPS } from "../../workload/limit-search/limit-search.ts";
import type { LimitStep } from "../../workload/limit-search/limit.ts";
import { buildLadder, nextStep } from "../../workload/limit-search/ladder.ts";
import { askedOf, askedOtherwise } from "./asked.ts";
import type { LimitGround } from "./report.ts";
import { parseJson } from "../../tools/parse-json.ts";

const stepSchema = z.object({
  load: z.number(),
  purpose: z.enum(["raise", "bisect", "confirm", "above", "settle"]),
  outcome: z.enum(["within", "broken", "generator-limited"]),
  reasons: z.array(z.string()),
  builds: z.object({ peakRunning: z.number(), capacity: z.number() }).optional(),
  tookMs: z.number(),
});

/** Of the result of a search: what another one needs to go on from it. */
const keptSchema = z.object({
  schemaVersion: z.literal(1),
  deployment: z.object({ id: z.string(), version: z.string() }),
  asked: z.record(z.string(), z.unknown()),
  steps: z.array(stepSchema),
});

/** The steps of an earlier search, refused unless it asked the same of the same Coder and was not at its end. */
export async function stepsToGoOnFrom(
  file: string,
  ground: Omit<LimitGround, "cleanup">,
  cwd: string,
): Promise<readonly LimitStep[]> {
  const kept = await read(resolve(cwd, file), file);
  const { look, wish } = ground;
  const { id, version } = kept.deployment;
  if (id !== look.id) refuse(file, `it measured the deployment ${id}, and this one is ${look.id}`);
  if (version !== look.version) refuse(file, `it measured Coder ${version}, and this is ${look.version} now`);
  const otherwise = askedOtherwise(kept.asked, askedOf(ground));
  if (otherwise.length > 0)
    refuse(file, `it asked for something else (then → now): ${otherwise.join("; ")}; give the same flags`);
  const { maxSteps = MOST_STEPS } = wish;
  const steps = kept.steps as readonly LimitStep[];
  const next = nextStep(steps, buildLadder(wish.kind, wish), maxSteps - steps.length);
  if ("ended" in next) refuse(file, "it is at its end, its answer stands in it");
  if (steps.length >= maxSteps)
    refuse(file, `it has ${steps.length} steps and --limit-steps is ${maxSteps}: raise it`);
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
  throw new RefbenchError("usage", `--resume ${file} cannot be gone on from: ${why}`);
}
