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

/** Chooses the objectives to judge by: the record's own, those of a file, or those that its architecture has today. */
export async function chooseObjectives(
  record: RunRecord,
  {
    file,
    current,
    cwd,
  }: { readonly file: string | undefined; readonly current: boolean; readonly cwd: string },
): Promise<ChosenObjectives> {
  if (file !== undefined && current)
    throw new RefbenchError("usage", "--objectives cannot be combined with --current: omit one of them");
  if (file !== undefined) {
    const path = resolve(cwd, file);
    return { from: path, objectives: sizeObjectives(await readObjectives(path), record) };
  }
  if (!current) return OWN_OBJECTIVES;
  const { architecture } = record;
  if (architecture === "deployment")
    return {
      from: "what refbench asks of any deployment today",
      objectives: sizeObjectives(OBJECTIVES, record),
    };
  const found = architectures.get(architecture);
  if (found === undefined)
    throw new RefbenchError(
      "usage",
      `the record is of architecture "${architecture}", which this refbench does not know: expected one of ${[...architectures.keys()].join(", ")}, or give objectives with --objectives <file>`,
    );
  return {
    from: `what ${architecture} asks for today`,
    objectives: sizeObjectives(found.objectives, record),
  };
}

/** Calculates the thresholds for the load of the record. */
function sizeObjectives(
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
