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

/** A lock met here is a moment's overlap or another person's terraform: worth a minute, not the whole night. */
const LOCK_TIMEOUT = "-lock-timeout=60s";

const versionAnswer = z.object({ terraform_version: z.string() });
const outputAnswer = z.record(z.string(), z.object({ value: z.unknown() }));

/** Drives the real terraform program, in one stack's folder at a time. */
export function createTerraform({ binary = "terraform" }: { readonly binary?: string } = {}): Terraform {
  const stream = async (
    directory: string,
    args: readonly string[],
    options: TerraformOptions,
  ): Promise<TerraformSummary> => {
    const redact = redactorOf(options.env);
    const diagnostics: Diagnostic[] = [];
    const plainLines: string[] = [];
    let done: TerraformSummary = { add: 0, change: 0, remove: 0 };
    const end = await runTerraform({
      binary,
      directory,
      args,
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
    throw failureOf({ command: args[0] ?? "", directory, exit: end.exit, diagnostics, plainLines });
  };

  return {
    version: async ({ env, signal }) => {
      const path = await findTerraform(binary, env);
      const answer = await askTerraform({ binary: path, args: ["version", "-json"], env, signal });
      const version = versionIn(answer.stdout, path);
      requireSupported(version, path);
      return { version, path };
    },
    init: async (directory, options) => {
      await stream(directory, ["init", "-input=false", LOCK_TIMEOUT, "-json"], options);
    },
    apply: (directory, options) =>
      stream(directory, ["apply", "-auto-approve", "-input=false", LOCK_TIMEOUT, "-json"], options),
    destroy: (directory, options) =>
      stream(
        directory,
        [
          "destroy",
          "-auto-approve",
          "-input=false",
          LOCK_TIMEOUT,
          "-json",
          ...(options.refresh === false ? ["-refresh=false"] : []),
        ],
        options,
      ),
    output: async (directory, options) => {
      const answer = await ask("output", directory, ["output", "-json"], options);
      if (!answer.ok) throw answer.failure();
      const values = outputsIn(answer.stdout, binary);
      return Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
    },
    working: findWorking,
    stateList: async (directory, options) => {
      const answer = await ask("state list", directory, ["state", "list"], options);
      if (answer.ok) return answer.stdout.split("\n").filter((line) => line.trim() !== "");
      if (answer.stderr.includes("No state file was found")) return [];
      throw answer.failure();
    },
  };

  /** Read-only commands: their answer may hold secrets, so it stays in memory and out of the log. */
  async function ask(
    command: string,
    directory: string,
    args: readonly string[],
    options: TerraformOptions,
  ): Promise<Answer> {
    const { ok, exit, stdout, stderr } = await askTerraform({ binary, directory, args, ...options });
    const plainLines = redactorOf(options.env)(stripVTControlCharacters(stderr)).trim().split("\n");
    return {
      ok,
      stdout,
      stderr,
      failure: () => failureOf({ command, directory, exit, diagnostics: [], plainLines }),
    };
  }
}

interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly failure: () => RefbenchError;
}

/** Throws `infrastructure` where the program says that it succeeded and does not answer as Terraform does. */
function outputsIn(stdout: string, binary: string): z.infer<typeof outputAnswer> {
  try {
    return outputAnswer.parse(parseJson(stdout));
  } catch (cause) {
    // Its text may hold secrets, so that only its length is named.
    throw new RefbenchError(
      "infrastructure",
      `${binary} ended "output -json" with success and ${stdout.length} characters that are not Terraform's outputs: expected a JSON object; check that "${binary} version" is Terraform's own program and no wrapper`,
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
