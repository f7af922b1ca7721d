import { join } from "node:path";
import { z } from "zod";
import type { RunId } from "../../harness/model/run-id.ts";
import { findJson } from "../../harness/tools/files/json-file.ts";
import { listFolder } from "../../harness/tools/files/local-files.ts";
import { localProcess, type LocalProcess } from "../../harness/tools/process/local-process.ts";
import { isSwitchOn } from "../emulator/is-on.ts";
import { openStore } from "../inventory/store.ts";
import { type CoderParts, coderParts, partsFile } from "../real-coder/parts-file.ts";
import { folderOfAddress } from "../runner/disk.ts";
import { findItemRun } from "./cloud/item-run.ts";
import { IDENTITY_FILE } from "./programs/address.ts";
import { inventoryFolder } from "./settings.ts";

/** A Coder of the twin that runs on this machine. */
export interface RunningCoder {
  /** Pid of the emulator, or of the process that keeps a real Coder. */
  readonly pid: number;
  /** Where it serves its metrics; absent where they are switched off. */
  readonly metricsUrl?: string;
  /** Where a real Coder serves its profiles; absent where they are switched off. */
  readonly pprofUrl?: string;
  /** Its log: what a real server writes, or the emulator's stderr. */
  readonly log: string;
  /** The processes of a real Coder; absent for the emulator. */
  readonly real?: CoderParts;
}

/** What the twin wrote for a program that acts as Coder; a load runner's has no `env`. */
const coderConfig = z.object({ host: z.string(), env: z.record(z.string(), z.string()) });

/** The Coders that a run has in this twin. */
export async function runningCoders(root: string, runId: RunId): Promise<readonly RunningCoder[]> {
  const items = await openStore(inventoryFolder(root)).list();
  const processes = items
    .filter((item) => findItemRun(item) === runId)
    .flatMap(({ process }) => process ?? []);
  const folders = (await listFolder(join(root, "emulators"))).filter((entry) => entry.isDirectory());
  const found = await Promise.all(
    folders.map(({ name }) => readCoder(folderOfAddress(root, name), processes)),
  );
  return found.filter((coder) => coder !== undefined);
}

async function readCoder(
  folder: string,
  processes: readonly LocalProcess[],
): Promise<RunningCoder | undefined> {
  const identity = await findJson(join(folder, IDENTITY_FILE), localProcess);
  const isOurs = processes.some(
    ({ pid, startTime }) => pid === identity?.pid && startTime === identity.startTime,
  );
  if (identity === undefined || !isOurs) return undefined;
  const config = coderConfig.safeParse(await findJson(join(folder, "config.json"), z.unknown()));
  if (!config.success) return undefined;
  const { host, env } = config.data;
  const urlOf = (kind: "PROMETHEUS" | "PPROF", port: string): string | undefined => {
    if (!isSwitchOn(env[`CODER_${kind}_ENABLE`])) return undefined;
    return `http://${host}:${/:(\d+)$/.exec(env[`CODER_${kind}_ADDRESS`] ?? "")?.[1] ?? port}`;
  };
  const [metrics, pprofUrl] = [urlOf("PROMETHEUS", "2112"), urlOf("PPROF", "6060")];
  const real = await findJson(partsFile(folder), coderParts);
  return {
    pid: identity.pid,
    log: join(folder, real === undefined ? "stderr" : "server.log"),
    ...(metrics === undefined ? {} : { metricsUrl: `${metrics}/metrics` }),
    ...(real === undefined ? {} : { real }),
    ...(real === undefined || pprofUrl === undefined ? {} : { pprofUrl }),
  };
}
