import type { RunRecord } from "../model/record.ts";
import { resultsJson } from "./json.ts";
import { resultMarkdown } from "./markdown.ts";
import type { OutputFormat } from "./output-spec.ts";
import { DEFAULT_WIDTH } from "./outputs.ts";
import { resultsText } from "./text.ts";

/** The result of one run in one form. */
export function formatResult(record: RunRecord, format: OutputFormat, width = DEFAULT_WIDTH): string {
  switch (format) {
    case "text":
      return resultsText(record, width);
    case "json":
      return resultsJson(record);
    case "markdown":
      return resultMarkdown(record);
  }
}
