import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type Objective, sizedObjectiveSchema } from "../../../reference-architectures/architecture.ts";
import { architectures } from "../../../reference-architectures/catalogue.ts";
import { OBJECTIVES, objectivesFor } from "../../../reference-architectures/objectives.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { type ChosenObjectives, OWN_OBJECTIVES } from "../../results/judge-record.ts";

const objectivesFile = z.array(sizedObjectiveSchema).min(1);

/** The record's own objectives, those of a file, or what its architecture asks for today. */
export async function chooseObjectives(
  record: RunRecord,
  {
    file,
    current,
    cwd,
  }: { readonly file: string | undefined; readonly current: boolean; readonly cwd: string },
): Promise<ChosenObjectives> {
  if (file !== undefined && current)
    throw new RefbenchError("usage", "--objectives and --current both say what to judge by: leave one out");
  if (file !== undefined) {
    const path = resolve(cwd, file);
    return { from: path, objectives: sized(await readObjectives(path), record) };
  }
  if (!current) return OWN_OBJECTIVES;
  const { architecture } = record;
  if (architecture === "deployment")
    return { from: "what refbench asks of any deployment today", objectives: sized(OBJECTIVES, record) };
  const found = architectures.get(architecture);
  if (found === undefined)
    throw new RefbenchError(
      "usage",
      `the record is of architecture "${architecture}", which this refbench does not know: expected one of ${[...architectures.keys()].join(", ")}, or give objectives with --objectives <file>`,
    );
  return { from: `what ${architecture} asks for today`, objectives: sized(found.objectives, record) };
}

/** Thresholds by the load as it was run. */
function sized(
  objectives: Parameters<typeof objectivesFor>[0],
  { size, load, simulated }: RunRecord,
): Objective[] {
  const figures = { workspaces: load.workspaces, concurrentBuilds: Math.max(1, load.concurrentBuilds) };
  return objectivesFor(objectives, { size, figures, simulated });
}

async function readObjectives(path: string): Promise<z.infer<typeof objectivesFile>> {
  try {
    return objectivesFile.parse(parse(await readFile(path, "utf8")));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new RefbenchError(
      "usage",
      `--objectives is ${path}, expected JSON or YAML of a list of objectives (name, description, metric, threshold, direction): ${reason}`,
      { cause: error },
    );
  }
}
