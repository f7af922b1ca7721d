import { execa } from "execa";
import { RefbenchError } from "../../tools/error.ts";
import { utilityEnvironment } from "./utility-environment.ts";

/** Where the utility was over time, newest first; the binary itself is asked, since versions were renamed in between. */
const PLACES = [["exp", "scaletest"], ["scaletest"], ["loadtest"]] as const;

const ASK_TIMEOUT_MS = 60_000;

/** A flag as a help text lists it, at the start of its line: `  -c, --count int, $CODER_SCALETEST_COUNT`. */
const FLAG = /^\s+(?:-\w, )?--([a-z][a-z-]*)\b/gm;

/** Coder's own scaletest utility, as its binary describes it. */
export interface CoderUtility {
  readonly binary: string;
  /** Such as `v2.31.0`. */
  readonly version: string;
  /** Its words in the command line: `exp scaletest`. */
  readonly words: readonly string[];
  readonly createFlags: ReadonlySet<string>;
  /** Absent where it cannot make traffic. */
  readonly trafficFlags: ReadonlySet<string> | undefined;
}

/** Asks a `coder` binary for its utility, or refuses one that has none that can be used. */
export async function findCoderUtility(
  binary: string,
  { env, signal }: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<CoderUtility> {
  const ask = asker(binary, env, signal);
  const version = await versionOf(binary, ask);
  for (const words of PLACES) {
    const createFlags = await helpFlags(ask, words, "create-workspaces");
    if (createFlags === undefined) continue;
    if (!createFlags.has("output") || !createFlags.has("count"))
      throw new RefbenchError(
        "usage",
        `"coder ${words.join(" ")} create-workspaces" of ${binary} (${version}) writes no report (--output json:<file>): expected a newer coder, or --engine refbench`,
      );
    return {
      binary,
      version,
      words,
      createFlags,
      trafficFlags: await helpFlags(ask, words, "workspace-traffic"),
    };
  }
  const oldest = await ask(["loadtest", "--help"]);
  const reason = /--config\b/.test(oldest?.stdout ?? "")
    ? "its loadtest takes a file of JSON and no subcommands"
    : `it knows none of ${PLACES.map((words) => `"coder ${words.join(" ")} create-workspaces"`).join(", ")}`;
  throw new RefbenchError(
    "usage",
    `${binary} (${version}) has no scaletest utility that refbench can run: ${reason}; expected the coder of the deployment's own version, or --engine refbench`,
  );
}

/** What a question ends in; undefined when the binary refused it. */
type Ask = (args: readonly string[]) => Promise<{ readonly stdout: string } | undefined>;

function asker(binary: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Ask {
  return async (args) => {
    const result = await execa(binary, args, {
      // Without a deployment and a session: a question must reach nobody.
      env: utilityEnvironment(env),
      extendEnv: false,
      stdin: "ignore",
      reject: false,
      timeout: ASK_TIMEOUT_MS,
      cancelSignal: signal,
    });
    if (result.isCanceled) throw new RefbenchError("interrupted", "stopped before anything was created");
    if (result.code === "ENOENT" || result.code === "EACCES")
      throw new RefbenchError(
        "usage",
        `the coder binary is ${binary}, which cannot be run (${result.code}): expected Coder's command line on PATH, or its path with --coder-binary`,
      );
    return result.failed ? undefined : { stdout: result.stdout };
  };
}

async function versionOf(binary: string, ask: Ask): Promise<string> {
  const answer = (await ask(["version"])) ?? (await ask(["--version"]));
  const version = /\bv?\d+\.\d+\.\d+\S*/.exec(answer?.stdout ?? "")?.[0];
  if (version !== undefined && /\bcoder\b/i.test(answer?.stdout ?? ""))
    return version.startsWith("v") ? version : `v${version}`;
  throw new RefbenchError(
    "usage",
    `${binary} does not say a version of Coder when asked ("${binary} version"): expected Coder's command line`,
  );
}

/** The flags of a subcommand; undefined unless its help is really its own, since some versions show a parent's. */
async function helpFlags(
  ask: Ask,
  words: readonly string[],
  subcommand: string,
): Promise<ReadonlySet<string> | undefined> {
  const answer = await ask([...words, subcommand, "--help"]);
  if (
    answer === undefined ||
    !new RegExp(`^\\s+coder ${words.join(" ")} ${subcommand}\\b`, "m").test(answer.stdout)
  )
    return undefined;
  return new Set([...answer.stdout.matchAll(FLAG)].map(([, flag]) => flag ?? ""));
}
