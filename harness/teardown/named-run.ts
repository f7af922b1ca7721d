import { basename } from "node:path";
import { RefbenchError } from "../tools/error.ts";
import { RUN_ID_PATTERN, type RunId } from "../model/run-id.ts";
import { openRunFolder } from "../pipeline/folder/run-folder.ts";

/** The run that `--run` means: a full id, which needs no folder here, or what names a folder that is here. */
export async function namedRun(cwd: string, name: string): Promise<RunId> {
  if (RUN_ID_PATTERN.test(name)) return name;
  const runId = basename((await openRunFolder(cwd, name)).path);
  if (RUN_ID_PATTERN.test(runId)) return runId;
  throw new RefbenchError(
    "usage",
    `--run is "${name}", expected a run's id of 26 characters, as its label bench-run has it`,
  );
}
