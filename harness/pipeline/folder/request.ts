import { rm, writeFile } from "node:fs/promises";
import { z } from "zod";
import { findFile } from "../../tools/files/local-files.ts";
import { TEARDOWN_STAGES, type TeardownStage } from "../../model/record/stage.ts";
import { writeJson } from "../../tools/files/json-file.ts";
import type { RunFolder } from "./run-folder.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** A teardown request to the reaper, from a run, a stage or `refbench teardown`. */
const requestSchema = z.object({
  /** The last stage to run: `audit` ends the run. */
  through: z.enum(TEARDOWN_STAGES),
  /** Only the named stage, not those before it. */
  only: z.boolean(),
  reason: z.string(),
});
export type TeardownRequest = z.infer<typeof requestSchema>;

export async function requestTeardown(folder: RunFolder, request: TeardownRequest): Promise<void> {
  await writeJson(folder.request, request);
}

/**
 * Requests the whole teardown of a run whose stages are over. On a full disk the request is an empty file,
 * which takes no space. Throws if not even that can be made.
 */
export async function requestHandOver(folder: RunFolder): Promise<void> {
  const request: TeardownRequest = { through: "audit", only: false, reason: "handed over" };
  await requestTeardown(folder, request).catch(async (error: unknown) => {
    await writeFile(folder.request, "").catch(() => Promise.reject(error as Error));
  });
}

/**
 * The current request, if any. A request without readable content asks for the whole teardown: a full disk
 * leaves such a file. Throws `run_folder` if the file cannot be read at all, since it requests nothing yet.
 */
export async function findRequest(folder: RunFolder): Promise<TeardownRequest | undefined> {
  const bytes = await findFile(folder.request);
  if (bytes === undefined) return undefined;
  try {
    return requestSchema.parse(parseJson(bytes.toString()));
  } catch {
    return { through: "audit", only: false, reason: "a request that cannot be read" };
  }
}

export async function forgetRequest(folder: RunFolder): Promise<void> {
  await rm(folder.request, { force: true });
}

/** The stages that a request asks for, in order. */
export function stagesOf({ through, only }: TeardownRequest): readonly TeardownStage[] {
  return only ? [through] : TEARDOWN_STAGES.slice(0, TEARDOWN_STAGES.indexOf(through) + 1);
}
