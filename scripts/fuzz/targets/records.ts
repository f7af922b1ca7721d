import { runPage } from "../../../harness/results/page/run-page.ts";
import { recordOfText } from "../../../harness/results/history/record-file.ts";
import { contradictionOf } from "../../../harness/results/history/contradiction.ts";
import { recordPath, requireStorable } from "../../../harness/results/history/layout.ts";
import { missingForOfficial } from "../../../harness/results/judge/official.ts";
import { formatResult } from "../../../harness/results/format-result.ts";
import { recordSchema } from "../../../harness/model/record/record.ts";
import { officialRecord, sampleRecord } from "../../../test/harness/results/sample-record.ts";
import { RefbenchError } from "../../../harness/tools/error.ts";
import { printed } from "../laws.ts";
import { jsonNear } from "../mutations.ts";
import { samplesOf } from "../sample-of.ts";
import { type Outcome, refused, type Target, target } from "../target.ts";

/** A record as it is imported, shown in each form, and drawn. */
export const records: readonly Target[] = [
  target({
    name: "record: read, judged, shown and drawn",
    inputs: jsonNear([sampleRecord(), officialRecord(), ...samplesOf(recordSchema)]),
    read: (bytes: Uint8Array): Outcome => {
      const read = recordOfText(Buffer.from(bytes).toString());
      if ("wrong" in read) return refused(printed(`${read.wrong}\n`));
      const { record } = read;
      const words = [contradictionOf(record), ...missingForOfficial(record)].filter(
        (one) => one !== undefined,
      );
      const forms = (["text", "markdown", "json"] as const).map((form) => formatResult(record, form));
      const page = runPage(record, { rehearsals: record.simulated });
      refuseScripts(page);
      refusePlaces(record);
      const written = Buffer.from(formatResult(record, "json"));
      return {
        state: "accepted",
        printed: [...words, ...forms].map(printed),
        again: { value: record, written },
      };
    },
  }),
];

/** A page shows a record's words only as text. */
function refuseScripts(page: string): void {
  const found = /<script|<iframe|<img|\son\w+=|javascript:/i.exec(page.replaceAll(/"[^"]*"/g, '""'));
  if (found !== null)
    throw new Error(`the page has ${page.slice(Math.max(0, found.index - 80), found.index + 80)}`);
}

/** A record that may be stored is stored below its store. */
function refusePlaces(record: ReturnType<typeof sampleRecord>): void {
  try {
    requireStorable(record);
  } catch (error) {
    if (error instanceof RefbenchError) return;
    throw error;
  }
  const path = recordPath(record);
  if (path.startsWith("/") || path.split("/").includes(".."))
    throw new Error(`it would be stored as ${path}`);
}
