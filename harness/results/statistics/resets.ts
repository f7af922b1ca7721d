import { readFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { WATCHED_FIGURES, WATCHED_SHARES } from "./watched-figures.ts";
import { parseJson } from "../../tools/parse-json.ts";

const METRICS = [...WATCHED_FIGURES, ...WATCHED_SHARES].map(({ metric }) => metric);

const resetsFile = z.strictObject({
  schemaVersion: z.literal(1),
  resets: z.array(
    z.strictObject({
      architecture: z.string(),
      size: z.string(),
      /** Absent = all watched figures. */
      metric: z.enum(METRICS).optional(),
      /** The first night of the new series. */
      date: z.iso.date(),
      reason: z.string().min(1),
    }),
  ),
});

/** A decision to accept a change: figures from this night on are not compared with earlier ones. */
export type Reset = z.infer<typeof resetsFile>["resets"][number];

/** Reads the resets of a history. A missing file means none, unless the user named it. */
export async function readResets(
  path: string,
  { isNamed = false }: { readonly isNamed?: boolean } = {},
): Promise<readonly Reset[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (!isNamed && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new RefbenchError("usage", `cannot read the resets in ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  });
  if (text === undefined) return [];
  const parsed = resetsFile.safeParse(valueIn(text));
  if (parsed.success) return parsed.data.resets;
  throw new RefbenchError(
    "usage",
    `${path} is not a valid file of resets ({"schemaVersion":1,"resets":[{"architecture","size","metric"?,"date","reason"}]}): ${z.prettifyError(parsed.error)}`,
  );
}

function valueIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
