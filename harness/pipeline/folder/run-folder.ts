import { mkdir, readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { chooseRun, RUN_NAMES, runsToName } from "../../model/choose-run.ts";
import { RefbenchError } from "../../tools/error.ts";
import { RUN_ID_PATTERN, type RunId } from "../../model/run-id.ts";

/** The files of a run's folder. The folder is self-contained and may be moved. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  get environment(): string {
    return join(this.path, "environment.json");
  }
  get plan(): string {
    return join(this.path, "plan.json");
  }
  get journal(): string {
    return join(this.path, "journal.jsonl");
  }
  get events(): string {
    return join(this.path, "events.jsonl");
  }
  get secrets(): string {
    return join(this.path, "secrets.json");
  }
  get record(): string {
    return join(this.path, "record.json");
  }
  get log(): string {
    return join(this.path, "log");
  }
  get leases(): string {
    return join(this.path, "lease");
  }
  get request(): string {
    return join(this.path, "request.json");
  }
  /** Until when a failed run is kept; absent for other runs. */
  get keep(): string {
    return join(this.path, "keep.json");
  }
  /** The run's driver until it hands over; absent for staged runs. */
  get driver(): string {
    return join(this.path, "owner.json");
  }
  get terraform(): string {
    return join(this.path, "terraform");
  }
  stack(name: string): string {
    return join(this.terraform, name);
  }
  /** The result file that a stage writes for later stages. */
  result(stage: string): string {
    return join(this.path, `${stage}.json`);
  }
}

/** `.refbench/runs` below the working directory. */
export function runsRoot(cwd: string): string {
  return join(cwd, ".refbench", "runs");
}

/** Makes the folder of a run. Only the current user may read it. */
export async function createRunFolder(cwd: string, runId: RunId): Promise<RunFolder> {
  const folder = new RunFolder(join(runsRoot(cwd), runId));
  try {
    await mkdir(folder.path, { recursive: true, mode: 0o700 });
    await mkdir(folder.leases, { recursive: true });
    await mkdir(folder.terraform, { recursive: true });
  } catch (error) {
    throw new RefbenchError(
      "run_folder",
      `cannot create the run's folder ${folder.path}: free space or fix permissions`,
      { cause: error },
    );
  }
  return folder;
}

/** The folder of a run: named by a path, or among `.refbench/runs` as `chooseRun` understands it. */
export async function openRunFolder(cwd: string, idOrPath: string): Promise<RunFolder> {
  const isId = RUN_ID_PATTERN.test(idOrPath);
  const named = new RunFolder(isId ? join(runsRoot(cwd), idOrPath) : resolve(cwd, idOrPath));
  if (await isFile(named.plan)) return named;
  const runs = (await listRunFolders(cwd)).map(({ path }) => basename(path));
  const runId = chooseRun(idOrPath, runs);
  if (runId !== undefined) return new RunFolder(join(runsRoot(cwd), runId));
  throw new RefbenchError(
    "usage",
    `no run "${idOrPath}": expected ${RUN_NAMES}, under ${runsRoot(cwd)}, or the path of a run's folder; ${runsToName(runs)}; "refbench results list" shows all runs`,
  );
}

/** Every run folder of this working directory, oldest first. */
export async function listRunFolders(cwd: string): Promise<readonly RunFolder[]> {
  return listRunFoldersIn(runsRoot(cwd));
}

/** Every run folder below a folder of runs, oldest first. */
export async function listRunFoldersIn(root: string): Promise<readonly RunFolder[]> {
  let names: string[];
  try {
    names = await readdir(root);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new RefbenchError("run_folder", `cannot list ${root}`, { cause: error });
  }
  const ids = names.filter((name) => RUN_ID_PATTERN.test(name)).sort();
  const folders = ids.map((id) => new RunFolder(join(root, id)));
  const made = await Promise.all(folders.map((folder) => isFile(folder.plan)));
  return folders.filter((_, index) => made[index]);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
