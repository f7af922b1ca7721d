import { Command, Option } from "commander";
import { outputOption } from "../options/output-option.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { startDeadline } from "../../tools/time/deadline.ts";
import { RefbenchError } from "../../tools/error.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import type { CleanupChoice } from "../../workload/removal/cleanup-find.ts";
import type { Io } from "../../composition/settings/io.ts";
import { progressReporter } from "../progress/progress-reporter.ts";
import { cleanupJson, cleanupText, listingText, runsOf } from "./cleanup-text.ts";
import { listenForLoadInterrupts } from "../../loads/interrupts.ts";
import type { Reach } from "../../loads/prepare/reach-deployment.ts";
import type { ReachFlags } from "../../loads/request/flags.ts";
import { addCleanupOptions, addReachOptions } from "./options/reach-options.ts";
import { addHelpNotes } from "../help-notes.ts";
import { pasteable } from "./options/typed-command.ts";
import { runName } from "./options/values.ts";
import { LONGEST_AGE_MS, duration } from "../../tools/quantities.ts";

interface CleanupFlags extends ReachFlags {
  readonly run?: string;
  readonly all?: boolean;
  readonly olderThan?: number;
  readonly template?: string;
  readonly keepUsers?: boolean;
  readonly coderScaletest?: boolean;
  readonly dryRun?: boolean;
  readonly output: "text" | "json";
}

/** `refbench scaletest cleanup`: deletes what loads left on a deployment, and only what refbench made. */
export function cleanupCommand(io: Io): Command {
  const command = new Command("cleanup").description(
    "delete workspaces, users, templates and tokens that refbench's loads left on a deployment; nothing else",
  );
  addScopeOptions(command.optionsGroup("What is deleted:"));
  addReachOptions(command.optionsGroup("Deployment:"));
  addCleanupOptions(command.optionsGroup("Limits:"));
  command
    .optionsGroup("Options:")
    .option("--dry-run", "list what would be deleted, and delete nothing")
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }));
  return addHelpNotes(command, {
    examples: [
      "refbench scaletest cleanup --dry-run",
      "refbench scaletest cleanup --url https://coder.example.com --run sbgq847qym32",
      "refbench scaletest cleanup --url https://coder.example.com --all --older-than 1d",
    ],
    notes: [
      "Exit codes: 0 nothing remains (with --dry-run: everything could be listed), 40 something remains (by name), 41 a listing failed: what remains is not known, 61 stopped, 20 or 30 the deployment could not be asked, 2 refused: nothing was deleted.",
    ],
  }).action((flags: CleanupFlags) => runCleanup(flags, io));
}

function addScopeOptions(command: Command): void {
  command
    .addOption(
      new Option("--run <id>", "one run: its id, or the 12 characters in its names").argParser(
        runName("--run"),
      ),
    )
    .option("--all", "every run of refbench")
    .addOption(
      new Option("--older-than <duration>", "only runs that made nothing for this long").argParser(
        duration("--older-than", { orZero: true, mostMs: LONGEST_AGE_MS }),
      ),
    )
    .addOption(
      new Option("-t, --template <name>", "only workspaces of this template; users and tokens stay").env(
        "CODER_SCALETEST_CLEANUP_TEMPLATE",
      ),
    )
    .option("--keep-users", "delete workspaces only")
    .option("--coder-scaletest", "also what Coder's own utility left (names with scaletest-)");
}

async function runCleanup(flags: CleanupFlags, io: Io): Promise<void> {
  const [{ cleanUp }, { findLeftovers, listUnasked }, { reachDeployment }] = await Promise.all([
    import("../../workload/removal/cleanup.ts"),
    import("../../workload/removal/cleanup-find.ts"),
    import("../../loads/prepare/reach-deployment.ts"),
  ]);
  const before = startDeadline(flags.cleanupTimeout || Infinity, new AbortController().signal);
  await using reach = await reachDeployment(flags, io, before.signal);
  await checkId(reach, flags);
  const choice = await choiceOf(flags, reach);
  const found = await findLeftovers(reach.caller, choice, systemClock.now());
  before.release();
  const { isSiteAdmin } = reach.caller;
  const words = ["scaletest", "cleanup", "--url", reach.deployment.url, ...scopeWords(flags)];
  if (flags.dryRun === true) {
    const again = pasteable(...words, "--dry-run");
    io.stdout.write(listingText(found, { url: reach.deployment.url, again, isSiteAdmin }, flags.output));
    if (listUnasked(found).length > 0) io.exit(EXIT_CODES.unverified);
    return;
  }
  const reporter = progressReporter(io);
  const again = pasteable(...words);
  using interrupts = listenForLoadInterrupts((message) => reporter.writeLine(message), again);
  try {
    const result = await cleanUp(choice, {
      caller: reach.callerWith(interrupts.stop),
      clock: systemClock,
      signal: interrupts.stop,
      concurrency: flags.cleanupConcurrency,
      timeoutMs: flags.cleanupTimeout,
      jobTimeoutMs: flags.cleanupJobTimeout,
      onProgress: (progress) =>
        reporter.report({
          type: "drain.progress",
          ...progress,
          at: new Date(systemClock.now()).toISOString(),
        }),
    });
    reporter.close();
    io.stdout.write(
      flags.output === "json"
        ? cleanupJson(result, reach.deployment.url)
        : cleanupText(result, { url: reach.deployment.url, again, isSiteAdmin }),
    );
    if (result.stopped) io.exit(EXIT_CODES.interrupted);
    else if (result.left.length > 0) io.exit(EXIT_CODES.leaked);
    else if (result.unasked.length > 0) io.exit(EXIT_CODES.unverified);
  } finally {
    reporter.close();
  }
}

async function checkId({ caller, deployment }: Reach, { deploymentId }: ReachFlags): Promise<void> {
  if (deploymentId === undefined) return;
  const info = await caller.client.buildInfo();
  if (!info.ok)
    throw new RefbenchError(
      "coder",
      `--deployment-id is "${deploymentId}", but ${deployment.url} does not say which deployment it is: ${info.failure.message}; nothing was deleted, try again`,
    );
  const id = info.value.deployment_id;
  if (id !== deploymentId)
    throw new RefbenchError(
      "usage",
      `--deployment-id is "${deploymentId}", but ${deployment.url} is deployment ${id}: nothing was deleted; check --url`,
    );
}

/** The runs whose things are deleted. Without a flag it is the only run; of several runs none is guessed. */
async function choiceOf(flags: CleanupFlags, { caller, deployment }: Reach): Promise<CleanupChoice> {
  const { run, all, olderThan, template, keepUsers, coderScaletest } = flags;
  const narrowed = {
    ...(olderThan === undefined ? {} : { olderThanMs: olderThan }),
    ...(template === undefined ? {} : { template }),
    ...(keepUsers === true ? { keepUsers } : {}),
    ...(coderScaletest === true ? { coderScaletest } : {}),
  };
  if (run !== undefined) {
    if (all === true)
      throw new RefbenchError("usage", "--run cannot be combined with --all: remove one of the two");
    return { runs: [run], ...narrowed };
  }
  const everything: CleanupChoice = { runs: "all", ...narrowed };
  if (all === true || flags.dryRun === true) return everything;
  const { findLeftovers, listUnasked } = await import("../../workload/removal/cleanup-find.ts");
  const found = await findLeftovers(caller, everything, systemClock.now());
  const unasked = listUnasked(found);
  if (unasked.length > 0)
    throw new RefbenchError(
      "inventory",
      `which runs left something on ${deployment.url} is not known (${unasked.join("; ")}): nothing was deleted; name the run (--run) or ask for all of them (--all)`,
    );
  const runs = runsOf(found);
  if (runs.length <= 1) return everything;
  const commands = [...runs.map((each) => ["--run", each]), ["--all"]].map(
    (words) => `\n  ${pasteable("scaletest", "cleanup", "--url", deployment.url, ...words)}`,
  );
  throw new RefbenchError(
    "usage",
    `${runs.length} runs left something on ${deployment.url}, and one of them may still be under way: nothing was deleted; say which is meant:${commands.join("")}`,
  );
}

function scopeWords({ run, all, olderThan, template, coderScaletest }: CleanupFlags): string[] {
  return [
    ...(run === undefined ? [] : ["--run", run]),
    ...(all === true ? ["--all"] : []),
    ...(olderThan === undefined ? [] : ["--older-than", `${olderThan}ms`]),
    ...(template === undefined ? [] : ["--template", template]),
    ...(coderScaletest === true ? ["--coder-scaletest"] : []),
  ];
}
