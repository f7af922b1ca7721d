import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { RefbenchError } from "../tools/error.ts";
import type { Terraform, TerraformOptions, TerraformSummary } from "../model/ports/terraform.ts";
import { failureOf } from "./failure.ts";
import { parseMessage } from "./message.ts";
import type { Diagnostic } from "./message.ts";
import { askTerraform, runTerraform } from "./process.ts";
import { redactorOf } from "./redact.ts";
import { findWorking } from "./running.ts";
import { findTerraform, requireSupported, unreadableVersion } from "./supported.ts";
import { parseJson } from "../tools/parse-json.ts";

/** Another person's Terraform may hold a lock for a moment. Waiting a minute must not fail a night. */
const LOCK_TIMEOUT = "-lock-timeout=60s";

const versionAnswer = z.object({ terraform_version: z.string() });
const outputAnswer = z.record(z.string(), z.object({ value: z.unknown() }));

/** Runs the real Terraform program, in the folder of one stack at a time. */
export function createTerraform({ binary = "terraform" }: { readonly binary?: string } = {}): Terraform {
  return {
    version: async ({ env, signal }) => {
      const path = await findTerraform(binary, env);
      const answer = await askTerraform({ binary: path, args: ["version", "-json"], env, signal });
      const version = versionIn(answer.stdout, path);
      requireSupported(version, path);
      return { version, path };
    },
    init: async (directory, options) => {
      await follow({ binary, directory, args: ["init", "-input=false", LOCK_TIMEOUT, "-json"] }, options);
    },
    apply: (directory, options) => {
      const args = ["apply", "-auto-approve", "-input=false", LOCK_TIMEOUT, "-json"];
      return follow({ binary, directory, args }, options);
    },
    destroy: (directory, options) => {
      const refresh = options.refresh === false ? ["-refresh=false"] : [];
      const args = ["destroy", "-auto-approve", "-input=false", LOCK_TIMEOUT, "-json", ...refresh];
      return follow({ binary, directory, args }, options);
    },
    output: async (directory, options) => {
      const answer = await ask("output", { binary, directory, args: ["output", "-json"] }, options);
      if (!answer.ok) throw answer.failure();
      const values = outputsIn(answer.stdout, binary);
      return Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
    },
    working: findWorking,
    stateList: async (directory, options) => {
      const answer = await ask("state list", { binary, directory, args: ["state", "list"] }, options);
      if (answer.ok) return answer.stdout.split("\n").filter((line) => line.trim() !== "");
      if (answer.stderr.includes("No state file was found")) return [];
      throw answer.failure();
    },
  };
}

/** One call of the program. */
interface Invocation {
  readonly binary: string;
  readonly directory: string;
  readonly args: readonly string[];
}

/** Runs a command that reports its progress as JSON lines, and returns the changes that it made. */
async function follow(call: Invocation, options: TerraformOptions): Promise<TerraformSummary> {
  const redact = redactorOf(options.env);
  const diagnostics: Diagnostic[] = [];
  const plainLines: string[] = [];
  let done: TerraformSummary = { add: 0, change: 0, remove: 0 };
  const end = await runTerraform({
    ...call,
    env: options.env,
    signal: options.signal,
    onLine: (line) => {
      const message = parseMessage(line);
      options.onLine?.(redact(line));
      if (message.kind === "diagnostic") diagnostics.push(redactDiagnostic(message.diagnostic, redact));
      if (message.kind === "plain") plainLines.push(redact(message.text));
      if (message.kind === "planned") options.onPlanned?.(message.summary);
      if (message.kind === "progress") options.onProgress?.(message.progress);
      if (message.kind === "done") done = message.summary;
    },
    onOrphanLine: (line) => {
      const message = parseMessage(line);
      if (message.kind === "progress" && message.progress.state === "complete")
        options.onProgress?.(message.progress);
    },
  });
  if (end.ok) return done;
  const { directory, args } = call;
  throw failureOf({ command: args[0] ?? "", directory, exit: end.exit, diagnostics, plainLines });
}

interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly failure: () => RefbenchError;
}

/** Runs a command that only reads. Its answer may contain secrets, so it stays in memory and out of the log. */
async function ask(command: string, call: Invocation, options: TerraformOptions): Promise<Answer> {
  const { ok, exit, stdout, stderr } = await askTerraform({ ...call, ...options });
  const plainLines = redactorOf(options.env)(stripVTControlCharacters(stderr)).trim().split("\n");
  const { directory } = call;
  return {
    ok,
    stdout,
    stderr,
    failure: () => failureOf({ command, directory, exit, diagnostics: [], plainLines }),
  };
}

/** Throws `infrastructure` where the program reports success with an answer that is not Terraform's. */
function outputsIn(stdout: string, binary: string): z.infer<typeof outputAnswer> {
  try {
    return outputAnswer.parse(parseJson(stdout));
  } catch (cause) {
    // The text may contain secrets, so only its length is named.
    throw new RefbenchError(
      "infrastructure",
      `${binary} ended "output -json" with success and ${stdout.length} characters that are not Terraform's outputs: expected a JSON object; check that "${binary} version" is Terraform's own program and not a wrapper`,
      { cause },
    );
  }
}

function versionIn(stdout: string, path: string): string {
  try {
    return versionAnswer.parse(parseJson(stdout)).terraform_version;
  } catch (cause) {
    throw unreadableVersion(stdout, path, cause);
  }
}

function redactDiagnostic(diagnostic: Diagnostic, redact: (text: string) => string): Diagnostic {
  return { ...diagnostic, summary: redact(diagnostic.summary), detail: redact(diagnostic.detail) };
}
