import { copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa, ExecaError } from "execa";
import { z } from "zod";
import { childEnvironment } from "../model/environment/child-environment.ts";
import { messageOf, RefbenchError } from "../tools/error.ts";
import { parseJson } from "../tools/parse-json.ts";
import { builtProgram } from "../model/programs.ts";
import { packageFile } from "../../reference-architectures/package-file.ts";

/** cdktf's description of the synthesized stacks. */
const manifest = z.object({
  stacks: z.record(
    z.string(),
    z.object({ name: z.string(), synthesizedStackPath: z.string(), dependencies: z.array(z.string()) }),
  ),
});

/** The file beside a stack's JSON that has the order of its addresses and its blocks. */
export const SHAPE_FILE = "shape.json";

/**
 * Synthesizes `environment.json` into one folder for each stack below `directory`. Runs the cdktf app as a separate
 * process, so that no provider binding is loaded into a measuring process. Keeps states and providers in those
 * folders. Throws `synthesis` with the app's message.
 */
export async function synthesize(options: {
  readonly environmentFile: string;
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Whether each folder gets a `shape.json` too: what Terraform's JSON syntax does not say. @default false */
  readonly shapes?: boolean;
}): Promise<readonly { readonly name: string; readonly dependencies: readonly string[] }[]> {
  const outdir = await mkdtemp(join(tmpdir(), "refbench-synth-"));
  try {
    await execa(process.execPath, stacksProgram(), {
      cwd: packageFile(),
      env: {
        ...childEnvironment("synthesis", options.env),
        REFBENCH_ENVIRONMENT: options.environmentFile,
        CDKTF_OUTDIR: outdir,
        CHECKPOINT_DISABLE: "1",
        ...(options.shapes === true ? { REFBENCH_SHAPES: "1" } : {}),
      },
      extendEnv: false,
      cancelSignal: options.signal,
      stdin: "ignore",
    });
    const { stacks } = manifest.parse(parseJson(await readFile(join(outdir, "manifest.json"), "utf8")));
    for (const stack of Object.values(stacks)) {
      const target = join(options.directory, stack.name);
      await mkdir(target, { recursive: true });
      const made = join(outdir, stack.synthesizedStackPath);
      await copyFile(made, join(target, "cdk.tf.json"));
      if (options.shapes === true) await copyFile(join(dirname(made), SHAPE_FILE), join(target, SHAPE_FILE));
    }
    return Object.values(stacks).map(({ name, dependencies }) => ({ name, dependencies }));
  } catch (error) {
    options.signal.throwIfAborted();
    const reason = error instanceof ExecaError ? describeFailedProgram(error) : messageOf(error);
    throw new RefbenchError("synthesis", `the stacks could not be synthesized: ${reason}`, { cause: error });
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

/** How many lines of the program's output an error repeats. */
const REPEATED_LINES = 12;

/** How a program ended. */
type FailedProgram = Pick<ExecaError, "exitCode" | "signal" | "originalMessage" | "stderr" | "stdout">;

/** Returns the error that the program printed, then how it ended, without Node's own lines about places and stacks. */
export function describeFailedProgram({
  exitCode,
  signal,
  originalMessage,
  ...output
}: FailedProgram): string {
  const end =
    signal !== undefined
      ? `ended by ${signal}`
      : exitCode !== undefined
        ? `exit code ${exitCode}`
        : `not started: ${originalMessage}`;
  const printed = [output.stderr, output.stdout]
    .map((text) => (typeof text === "string" ? text.split("\n").filter(isWorthReading) : []))
    .find((lines) => lines.length > 0);
  if (printed === undefined) return `its program printed nothing (${end})`;
  const first = printed.findIndex((line) => /^\w*Error\b.*: /.test(line));
  const lines = printed.slice(Math.max(0, first)).slice(0, REPEATED_LINES);
  return `${lines.join("\n")} (${end})`;
}

function isWorthReading(line: string): boolean {
  return line.trim() !== "" && !/^\s+at |^Node\.js v/.test(line);
}

/** Node's arguments for the cdktf app. */
function stacksProgram(): readonly string[] {
  const built = builtProgram("stacks");
  return built === undefined
    ? ["--import", import.meta.resolve("tsx"), packageFile("stacks/main.ts")]
    : [built];
}
