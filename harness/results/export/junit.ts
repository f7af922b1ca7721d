import XMLBuilder from "fast-xml-builder";
import { judgedWord, objectiveSentence } from "../../model/record/objective-words.ts";
import type { ObjectiveResult, RunRecord } from "../../model/record/record.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { describeRun, describeRunNetwork, sizeName } from "./described-run.ts";

/** One test case in the builder's form: attributes begin with an at sign. */
interface Case {
  readonly name: string;
  readonly failure?: { readonly type: string; readonly message: string };
  readonly error?: { readonly type: string; readonly message: string };
  readonly skipped?: string;
  readonly output?: string;
}

/** Verdicts that say that Coder was measured and missed something; the others say that the run itself failed. */
const MEASURED: ReadonlySet<string> = new Set(["slo-failed", "generator-limited"]);

/**
 * The records as JUnit XML: a suite for each run, with a case for its verdict, for its teardown and for each objective.
 * A missed objective that only warns is a passed case with the warning as its output.
 */
export function toJunit(records: readonly RunRecord[]): string {
  const suites = records.map(suiteOf);
  const builder = new XMLBuilder({
    attributeNamePrefix: "@",
    ignoreAttributes: false,
    format: true,
    suppressEmptyNode: true,
    suppressBooleanAttributes: false,
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({
    testsuites: { "@name": "refbench", testsuite: suites },
  })}`;
}

function suiteOf(record: RunRecord): object {
  const { runId, startedAt, finishedAt, stages } = record;
  const cases = casesOf(record);
  const ended = finishedAt ?? stages.at(-1)?.finishedAt ?? startedAt;
  // Both instants of a record are by one clock: see `clock` of the record.
  const seconds = (Date.parse(ended) - Date.parse(startedAt)) / 1000;
  const count = (key: "failure" | "error" | "skipped"): number =>
    cases.filter((each) => each[key] !== undefined).length;
  return {
    "@name": text(`${sizeName(record)} ${runId}`),
    "@timestamp": startedAt.replace(/\.\d+Z$/, ""),
    "@time": seconds.toFixed(3),
    "@tests": cases.length,
    "@failures": count("failure"),
    "@errors": count("error"),
    "@skipped": count("skipped"),
    properties: {
      property: Object.entries<string>({ ...describeRun(record), ...describeRunNetwork(record) }).map(
        ([name, value]) => ({
          "@name": name,
          "@value": text(value),
        }),
      ),
    },
    testcase: cases.map((each) => caseOf(each, sizeName(record))),
  };
}

function caseOf({ name, failure, error, skipped, output }: Case, className: string): object {
  return {
    "@classname": text(`refbench.${className.replaceAll(/[ /]/g, ".")}`),
    "@name": text(name),
    "@time": "0",
    ...(failure === undefined ? {} : { failure: problem(failure) }),
    ...(error === undefined ? {} : { error: problem(error) }),
    ...(skipped === undefined ? {} : { skipped: { "@message": text(skipped) } }),
    ...(output === undefined ? {} : { "system-out": text(output) }),
  };
}

function problem({ type, message }: { readonly type: string; readonly message: string }): object {
  return { "@type": type, "@message": text(message), "#text": text(message) };
}

function casesOf(record: RunRecord): readonly Case[] {
  return [verdictCase(record), teardownCase(record), ...record.objectives.map(objectiveCase)];
}

function verdictCase({ verdict, reasons }: RunRecord): Case {
  const name = "verdict";
  if (verdict === "pass") return { name };
  if (verdict === "pending") return { name, skipped: "the run is not over" };
  const reason = { type: verdict, message: reasons.length === 0 ? verdict : reasons.join("; ") };
  return MEASURED.has(verdict) ? { name, failure: reason } : { name, error: reason };
}

function teardownCase({ teardown }: RunRecord): Case {
  const name = "nothing is left";
  if (teardown.state === "pending") return { name, skipped: "the teardown is not over" };
  if (teardown.state === "clean") return { name };
  const left = teardown.left.map(({ kind, name: item }) => `${kind} ${item}`);
  const message = [...left, ...teardown.problems].join("; ");
  return { name, failure: { type: teardown.state, message: message === "" ? teardown.state : message } };
}

function objectiveCase(objective: ObjectiveResult): Case {
  const { name } = objective;
  const sentence = objectiveSentence(objective);
  switch (judgedWord(objective)) {
    case "met":
      return { name, output: sentence };
    case "warning":
      return { name, output: `warning: ${sentence}` };
    case "not judged":
      return { name, skipped: sentence };
    case "MISSED":
      return { name, failure: { type: "slo-failed", message: sentence } };
  }
}

/** One line without characters that XML forbids. */
function text(value: string): string {
  return oneLine(value).replaceAll(/[\uFFFE\uFFFF]/g, "");
}
