import { basename } from "node:path";
import { getArchitecture, resolveSize } from "../../reference-architectures/catalogue.ts";
import { estimateCost } from "../../reference-architectures/cost/estimate.ts";
import { findRecord } from "../results/history/record-file.ts";
import { systemClock } from "../tools/time/clock.ts";
import type { RunRecord } from "../model/record/record.ts";
import { findJson, salvageJson } from "../tools/files/json-file.ts";
import { type Plan, planSchema } from "../pipeline/folder/plan.ts";
import { listRunFolders, type RunFolder } from "../pipeline/folder/run-folder.ts";
import { findFinalRecord } from "../pipeline/record/run-record.ts";
import { environmentSchema } from "../../stacks/environment.ts";
import { wantsCanary } from "../composition/cloud-request.ts";
import type { Io } from "../composition/settings/io.ts";
import { startChildCommands } from "./child-command.ts";
import type { NightBook } from "./night-book.ts";
import type { NightRequest } from "./request.ts";
import type { NightPorts } from "./run-night.ts";
import type { SizeName } from "./sizes.ts";

/** The ports of a night in this working directory, on this machine. */
export function nightPorts(request: NightRequest, book: NightBook, io: Io): NightPorts {
  return {
    clock: systemClock,
    command: startChildCommands(io),
    resultFile: (name) => book.result(request.night, name),
    findRecord: async (file, size) =>
      (await findRecord(file)) ?? (await newestRecord(io.cwd, request.night, size)),
    write: (night) => book.write(night),
    earlier: () => book.earlier(request.night, (night) => livingRuns(io.cwd, night)),
    close: (night) => book.close(night, systemClock.now()),
    estimateSize: (size) => estimateSize(size),
    wantsCanary: async ({ architecture, size }) =>
      !request.rehearse &&
      (await wantsCanary(
        resolveSize(architecture, size),
        {
          ...(request.project === undefined ? {} : { project: request.project }),
          ...(request.account === undefined ? {} : { account: request.account }),
          ...(request.mirror === undefined ? {} : { mirror: request.mirror }),
        },
        io,
      )),
    report: (line) => void io.stderr.write(`${line}\n`),
  };
}

function estimateSize({ architecture, size }: SizeName): number | undefined {
  const data = getArchitecture(architecture);
  const { figures } = resolveSize(architecture, size);
  const priced = estimateCost(data, figures, { region: data.region, runner: true });
  return priced.state === "priced" ? priced.estimate.total : undefined;
}

interface RunOfNight {
  readonly folder: RunFolder;
  readonly runId: string;
}

/** Reads what started a run; `unknown` if its plan cannot be read. */
async function readOrigin(folder: RunFolder): Promise<Plan["origin"] | undefined | "unknown"> {
  try {
    return (await findJson(folder.plan, planSchema))?.origin;
  } catch {
    return "unknown";
  }
}

/** The runs of a night, newest first, and younger runs whose plan cannot be read. */
async function findNightRuns(cwd: string, night: string): Promise<readonly RunOfNight[]> {
  const runs = await Promise.all(
    (await listRunFolders(cwd)).map(async (folder): Promise<readonly RunOfNight[]> => {
      const runId = basename(folder.path);
      const origin = await readOrigin(folder);
      // Without a plan only the age is known: the run may belong to any night that had begun.
      const isOfNight =
        origin === "unknown" ? runId > night : origin?.kind === "nightly" && origin.night === night;
      return isOfNight ? [{ folder, runId }] : [];
    }),
  );
  return runs.flat().toSorted((one, other) => (one.folder.path < other.folder.path ? 1 : -1));
}

/** Ids of the runs of a night that are not torn down yet. */
async function livingRuns(cwd: string, night: string): Promise<readonly string[]> {
  const living: string[] = [];
  for (const { folder, runId } of await findNightRuns(cwd, night)) {
    if ((await findFinalRecord(folder))?.teardown.state !== "clean") living.push(runId);
  }
  return living;
}

/** The record in the folder of a run that did not write its result file. */
async function newestRecord(
  cwd: string,
  night: string,
  { architecture, size }: SizeName,
): Promise<RunRecord | undefined> {
  for (const { folder } of await findNightRuns(cwd, night)) {
    // A run without a readable environment has no record of this size, and the night fails without one.
    const environment = await salvageJson(folder.environment, environmentSchema);
    if (environment?.architecture !== architecture || environment.size !== size) continue;
    return findRecord(folder.record);
  }
  return undefined;
}
