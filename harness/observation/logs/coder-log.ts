import { z } from "zod";
import { parseJson } from "../../tools/parse-json.ts";
import type { Observation } from "../../model/observation/observation.ts";

type Level = NonNullable<Observation["logs"]>[number]["level"];

/** A warning or error of coderd or a provisioner. */
export interface CoderLine {
  readonly level: Level;
  /** Logger, message and error. Not scrubbed. */
  readonly message: string;
  /** By the writer's clock, milliseconds since the epoch; absent where the line has no time. */
  readonly atMs?: number;
}

/** `2026-11-30 05:00:17.224 [erro]  pubsub: message  key=value …` */
const HUMAN = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) \[(\w+)\]\s+(.*)$/s;
/** The first line after one that ends with `...`: `    error= …`; then its causes, as `  - …`, and its stack. */
const CONTINUED = /^\s+(?:error|err)= ?(.*)$/;
const CAUSE = /^\s+- (.*)$/;
const MOST_CAUSES = 3;
const FIELD = / {2}([\w.-]+)=("(?:[^"\\]|\\.)*"|\S*)/g;
/** Fields that explain a fault. The others name users and workspaces. */
const EXPLAINS: ReadonlySet<string> = new Set(["error", "err", "output"]);
const OPEN = " ...";
const LEVELS: Readonly<Record<string, Level | undefined>> = {
  ...{ warn: "warning", warning: "warning" },
  ...{ erro: "error", error: "error", crit: "error", critical: "error", fata: "error", fatal: "error" },
};

const json = z.object({
  level: z.string(),
  msg: z.string(),
  ts: z.string().optional(),
  logger_names: z.array(z.string()).nullish(),
  fields: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * Reads a log of Coder line by line, in the formats of `CODER_LOGGING_HUMAN` and `CODER_LOGGING_JSON`, and passes on its
 * warnings and errors. Panics and fatal errors of Go's runtime, which have no format, are errors too.
 */
export class CoderLogReader {
  readonly #take: (line: CoderLine) => void;
  /** A line whose error is on the next ones, and how many causes it has so far. */
  #open: CoderLine | undefined;
  #causes = 0;

  constructor(take: (line: CoderLine) => void) {
    this.#take = take;
  }

  line(text: string): void {
    if (this.#open !== undefined && /^\s/.test(text)) {
      const [, cause] = (this.#causes === 0 ? CONTINUED : CAUSE).exec(text) ?? [];
      if (cause === undefined || this.#causes > MOST_CAUSES) return;
      this.#causes++;
      this.#open = { ...this.#open, message: `${this.#open.message}: ${cause.replace(/:$/, "")}` };
      return;
    }
    this.end();
    const read = text.startsWith("{") ? readJsonLine(text) : readHumanLine(text);
    if (read === undefined) return;
    if (!read.message.endsWith(OPEN)) {
      this.#take(read);
      return;
    }
    this.#open = { ...read, message: read.message.slice(0, -OPEN.length) };
    this.#causes = 0;
  }

  /** The log has no more lines for now. */
  end(): void {
    if (this.#open !== undefined) this.#take(this.#open);
    this.#open = undefined;
  }
}

function readHumanLine(text: string): CoderLine | undefined {
  const [, time = "", name = "", rest = ""] = HUMAN.exec(text) ?? [];
  const level = LEVELS[name.toLowerCase()];
  if (level === undefined)
    return /^(panic|fatal error): /.test(text) ? { level: "error", message: text } : undefined;
  const isOpen = rest.endsWith(OPEN);
  const from = rest.search(/ {2}[\w.-]+=/);
  const words = (from < 0 ? rest : rest.slice(0, from)).replace(/ \.\.\.$/, "").trimEnd();
  const causes = [...rest.matchAll(FIELD)]
    .filter(([, field = ""]) => EXPLAINS.has(field))
    .map(([, , value = ""]) => value.replace(/^"(.*)"$/s, "$1"));
  if (level === "warning" && isTerraformsProse(rest)) return undefined;
  const message = `${[words, ...causes].join(": ")}${isOpen ? OPEN : ""}`;
  // Coder writes in UTC in a container, where no zone is set.
  return { level, message, ...timeOf(`${time.replace(" ", "T")}Z`) };
}

/** Coder logs each line that Terraform prints to stderr as a warning; only what Terraform calls one is. */
function isTerraformsProse(rest: string): boolean {
  const [, output] = / {2}output=("?.*)$/s.exec(rest) ?? [];
  return output !== undefined && !/^"?\W*(?:Warning|Error): /.test(output);
}

function readJsonLine(text: string): CoderLine | undefined {
  let parsed: z.infer<typeof json>;
  try {
    parsed = json.parse(parseJson(text));
  } catch {
    // Another program's JSON, or a part of a line.
    return undefined;
  }
  const level = LEVELS[parsed.level.toLowerCase()];
  if (level === undefined) return undefined;
  const logger = (parsed.logger_names ?? []).join(".");
  const causes = Object.entries(parsed.fields ?? {})
    .filter(([field]) => EXPLAINS.has(field))
    .map(([, value]) => causeOf(value));
  const words = [...(logger === "" ? [] : [logger]), parsed.msg, ...causes].join(": ");
  return { level, message: words, ...(parsed.ts === undefined ? {} : timeOf(parsed.ts)) };
}

/** An error is a text, or an object with its message. */
function causeOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.length === 0 ? "" : causeOf(value[0]);
  if (typeof value === "object" && value !== null && "msg" in value) return String(value.msg);
  return "";
}

function timeOf(text: string): { readonly atMs?: number } {
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? {} : { atMs };
}
