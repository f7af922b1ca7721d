import { basename } from "node:path";
import { RefbenchError } from "../tools/error.ts";
import { RUN_ID_PATTERN, type RunId } from "../model/run-id.ts";
import { openRunFolder } from "../pipeline/folder/run-folder.ts";

/** The id of the run that `--run` names: a full id, which needs no folder, or a name of an existing folder. */
export async function findNamedRun(cwd: string, name: string): Promise<RunId> {
  if (RUN_ID_PATTERN.test(name)) return name;
  const runId = basename((await openRunFolder(cwd, name)).path);
  if (RUN_ID_PATTERN.test(runId)) return runId;
  throw new RefbenchError(
    "usage",
    `--run is "${name}", expected a run id of 26 characters, as in the label bench-run`,
  );
}
