import { jsonText } from "../../tools/safe-text.ts";
import { appendFile } from "node:fs/promises";
import { messageOf } from "../../tools/error.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { writeForms } from "../../results/output/outputs.ts";
import type { Io } from "../../composition/settings/io.ts";
import type { Night } from "../../nights/night.ts";
import { nightMarkdown, nightText } from "./summary.ts";

/** Writes the summary of a night in each form asked for, and on the page of a GitHub job if the job has one. */
export async function writeSummary(
  night: Night,
  outputs: readonly OutputSpec[],
  { stdout, stderr, cwd, env }: Pick<Io, "stdout" | "stderr" | "cwd" | "env">,
): Promise<void> {
  const forms = {
    text: (width: number) => nightText(night, width),
    markdown: () => nightMarkdown(night),
    json: () => jsonText(night),
  };
  await writeForms((format, width) => forms[format](width), outputs, { stdout, cwd });
  const page = env["GITHUB_STEP_SUMMARY"];
  if (page === undefined || page === "") return;
  await appendFile(page, nightMarkdown(night)).catch((error: unknown) => {
    stderr.write(`refbench: the step summary cannot be written: ${messageOf(error)}\n`);
  });
}
