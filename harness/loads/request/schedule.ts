import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseDocument } from "yaml";
import type { z } from "zod";
import { coderPattern } from "../../../reference-architectures/mixed/coder-pattern.ts";
import { planSchedule } from "../../../reference-architectures/mixed/plan-schedule.ts";
import {
  type PlannedSchedule,
  type Schedule,
  scheduleSchema,
} from "../../../reference-architectures/mixed/schedule.ts";
import { findScheduleProblem } from "../../../reference-architectures/mixed/schedule-problem.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { jsonText, oneLine } from "../../tools/safe-text.ts";
import type { ScenarioFlags } from "./flags.ts";

/** More than any schedule needs. A larger file is a mistake. */
const MOST_BYTES = 1_000_000;

/** Reads the file of `--schedule`, YAML or JSON. Throws `usage` with the field, what was expected and the next step. */
export async function readSchedule(file: string, cwd: string): Promise<Schedule> {
  const path = resolve(cwd, file);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new RefbenchError("usage", `--schedule is ${path}, expected a readable file: ${messageOf(cause)}`, {
      cause,
    });
  });
  if (text.length > MOST_BYTES)
    throw new RefbenchError(
      "usage",
      `--schedule is ${path}, expected at most ${MOST_BYTES} bytes: shorten it`,
    );
  return parseSchedule(text, path);
}

/** Parses a schedule; `source` names it in errors. */
export function parseSchedule(text: string, source: string): Schedule {
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined)
    throw new RefbenchError(
      "usage",
      `${source} is not YAML or JSON: ${broken.message.split("\n", 1)[0]?.replace(/:$/, "")}; correct that line`,
    );
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new RefbenchError("usage", `${source} cannot be read: ${messageOf(cause)}; remove its aliases`, {
      cause,
    });
  }
  const parsed = scheduleSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // A misspelt field is also missing under its right name.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  throw new RefbenchError(
    "usage",
    `${source}: ${issue === undefined ? "not a schedule" : issueText(issue, value)}`,
  );
}

/** The schedule for so many users with workspaces. Throws `usage` if it breaks a rule. */
export function plannedFor(schedule: Schedule, users: number, source: string): PlannedSchedule {
  const problem = findScheduleProblem(schedule, users);
  if (problem === undefined) return planSchedule(schedule, users);
  const { field, value, expected, next } = problem;
  throw new RefbenchError("usage", `${source}: ${field} is ${shown(value)}, expected ${expected}; ${next}`);
}

/** Whether a load of this scenario connects by SSH, whatever the share of its connections is. */
export function needsSsh(
  { scenario }: Pick<ScenarioFlags, "scenario">,
  schedule: Schedule | undefined,
): boolean {
  if (scenario !== "mixed") return false;
  return (schedule ?? coderPattern(undefined)).loads.some(({ kind }) => kind === "ssh");
}

function issueText(issue: z.core.$ZodIssue, root: unknown): string {
  const field = issue.path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
    "",
  );
  const value = issue.path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
  const where = field === "" ? "the file" : field;
  if (issue.code === "unrecognized_keys")
    return `${where} has the unknown ${issue.keys.length === 1 ? "field" : "fields"} ${issue.keys.join(", ")}; remove what is misspelt, or see docs/mixed.md for the fields`;
  const expected = issue.message
    .replace(/^Invalid (input|option|string|discriminator value)[.:] ?|^Too (small|big): ?/, "")
    .replace(/, received .*$/, "")
    .replace(/^Expected/, "expected");
  return `${where} is ${shown(value)}: ${expected}; correct it, docs/mixed.md describes every field`;
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : oneLine(jsonText(value)).trim().slice(0, 100);
}
