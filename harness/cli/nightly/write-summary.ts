import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { messageOf, RefbenchError } from "../../model/error.ts";
import type { OutputSpec } from "../../results/output-spec.ts";
import { widthOf } from "../../results/outputs.ts";
import type { Io } from "../io.ts";
import type { Night } from "./night.ts";
import { nightMarkdown, nightText } from "./summary.ts";

/** Writes the summary of a night in each form asked for, and on the page of a GitHub job where there is one. */
export async function writeSummary(
  night: Night,
  outputs: readonly OutputSpec[],
  { stdout, stderr, cwd, env }: Pick<Io, "stdout" | "stderr" | "cwd" | "env">,
): Promise<void> {
  const forms = {
    text: () => nightText(night, widthOf(stdout)),
    markdown: () => nightMarkdown(night),
    json: () => `${JSON.stringify(night, null, 2)}\n`,
  };
  for (const { format, path } of outputs) {
    if (path === undefined) {
      stdout.write(forms[format]());
      continue;
    }
    const file = resolve(cwd, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, forms[format]());
    } catch (cause) {
      throw new RefbenchError("run_folder", `cannot write the summary to ${file}: ${messageOf(cause)}`, {
        cause,
      });
    }
  }
  const page = env["GITHUB_STEP_SUMMARY"];
  if (page === undefined || page === "") return;
  await appendFile(page, nightMarkdown(night)).catch((error: unknown) => {
    stderr.write(`refbench: the step summary cannot be written: ${messageOf(error)}\n`);
  });
}
