import { summaryLine } from "../../model/record/summary-line.ts";
import type { StageContext } from "../context/context.ts";
import { writeJson } from "../../tools/files/json-file.ts";
import { watchNodes } from "./node-changes.ts";
import { whileObserved } from "../measurement/observation.ts";
import { keepOthers } from "../measurement/others.ts";
import { keepMachines } from "../measurement/machines.ts";
import { compare } from "./compare.ts";
import { loadOnce } from "./load-once.ts";

/** Runs the load and stores its measurements. */
export async function load(context: StageContext): Promise<string> {
  const startedAt = context.ports.clock.now();
  try {
    await keepOthers(context, "before the load");
    return await whileObserved(context, () => measure(context));
  } finally {
    await keepOthers(context, "after the load");
    await keepMachines(context, startedAt);
  }
}

async function measure(context: StageContext): Promise<string> {
  const { folder, plan, signal } = context;
  const { comparison } = plan;
  if (comparison !== undefined) return watchNodes(context, () => compare(context, comparison));
  const result = await watchNodes(context, () => loadOnce(context));
  await writeJson(folder.result("load"), result);
  signal.throwIfAborted();
  return summaryLine(result);
}
