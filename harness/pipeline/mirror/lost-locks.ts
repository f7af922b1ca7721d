import { z } from "zod";
import type { Bucket } from "../../model/ports/bucket.ts";
import type { RunId } from "../../model/run-id.ts";
import { parseJson } from "../../tools/parse-json.ts";

/**
 * Suffix of the lock that Terraform writes beside a state in a bucket. A killed Terraform leaves it there.
 */
const LOCK = ".tflock";
const lockSchema = z.object({
  Who: z.string(),
  Operation: z.string(),
  Created: z.string().transform((text) => Date.parse(text)),
});

/**
 * Removes the locks on a run's states that existed at `before`, when nobody worked on the run any more: with
 * them no destroy could start. A lock that is younger or unreadable stays and is reported.
 */
export async function removeLostLocks(
  states: Bucket,
  runId: RunId,
  { before, reportLine }: { readonly before: number; readonly reportLine: (line: string) => void },
): Promise<void> {
  const keys = await states.list(`state/${runId}/`);
  for (const key of keys.filter((each) => each.endsWith(LOCK))) {
    const lock = lockOf(await states.get(key));
    if (lock === undefined || !(lock.Created <= before)) {
      reportLine(
        `${key} in ${states.url} is another process's lock on the state: its resources are left to the sweep`,
      );
      continue;
    }
    await states.remove(key);
    reportLine(`removed the lock of ${lock.Who} on the state (${lock.Operation}): ${key} in ${states.url}`);
  }
}

function lockOf(bytes: Uint8Array | undefined): z.infer<typeof lockSchema> | undefined {
  if (bytes === undefined) return undefined;
  try {
    return lockSchema.safeParse(parseJson(Buffer.from(bytes).toString())).data;
  } catch {
    return undefined;
  }
}
