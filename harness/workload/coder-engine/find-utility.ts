import { execa } from "execa";
import { RefbenchError } from "../../tools/error.ts";
import { utilityEnvironment } from "./utility-environment.ts";

/**
 * The utility's subcommands in past versions, newest first. The binary itself is asked, because subcommands were
 * renamed.
 */
const PLACES = [["exp", "scaletest"], ["scaletest"], ["loadtest"]] as const;

const ASK_TIMEOUT_MS = 60_000;

/** A flag in a help text, at the start of its line: `  -c, --count int, $CODER_SCALETEST_COUNT`. */
const FLAG = /^\s+(?:-\w, )?--([a-z][a-z-]*)\b/gm;

/** Coder's own scaletest utility, as its binary describes it. */
export interface CoderUtility {
  readonly binary: string;
  /** For example `v2.31.0`. */
  readonly version: string;
  /** Its subcommands: `exp scaletest`. */
  readonly words: readonly string[];
  readonly createFlags: ReadonlySet<string>;
  /** Absent if it cannot make traffic. */
  readonly trafficFlags: ReadonlySet<string> | undefined;
}

/** Asks a `coder` binary for its scaletest utility. Throws `usage` if it has none that refbench can run. */
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
        `"coder ${words.join(" ")} create-workspaces" of ${binary} (${version}) writes no report (--output json:<file>): expected a newer coder, or use --engine refbench`,
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
    ? "its loadtest takes a JSON file and has no subcommands"
    : `it has none of ${PLACES.map((words) => `"coder ${words.join(" ")} create-workspaces"`).join(", ")}`;
  throw new RefbenchError(
    "usage",
    `${binary} (${version}) has no scaletest utility that refbench can run: ${reason}; expected the coder of the deployment's own version, or use --engine refbench`,
  );
}

/** The output of a call; undefined if the binary refused it. */
type Ask = (args: readonly string[]) => Promise<{ readonly stdout: string } | undefined>;

function asker(binary: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Ask {
  return async (args) => {
    const result = await execa(binary, args, {
      // Without a deployment and a session, so that the call reaches no server.
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
        `the coder binary ${binary} cannot be run (${result.code}): expected Coder's command line on PATH, or its path with --coder-binary`,
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
    `${binary} does not report a version of Coder ("${binary} version"): expected Coder's command line`,
  );
}

/**
 * The flags of a subcommand. Undefined unless the help is the subcommand's own: some versions print the
 * parent's.
 */
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
