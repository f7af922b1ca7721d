import type { Command } from "commander";
import type { Io } from "../../../composition/settings/io.ts";
import { keptSearch } from "../../../loads/find-limit/kept-search.ts";
import { type LimitReport, buildLimitReport } from "../../../loads/find-limit/report.ts";
import { readEarlierSteps } from "../../../loads/find-limit/resume.ts";
import type { LimitWish } from "../../../loads/find-limit/wish.ts";
import { listenForLoadInterrupts } from "../../../loads/interrupts.ts";
import { chooseSsh } from "../../../loads/prepare/choose-ssh.ts";
import { type Prepare, requireSiteAdmin } from "../../../loads/prepare/prepare.ts";
import { reachDeployment } from "../../../loads/prepare/reach-deployment.ts";
import type { LoadFlags } from "../../../loads/request/flags.ts";
import { runLoadByHand } from "../../../loads/run-load.ts";
import { newRunId, run12 } from "../../../model/run-id.ts";
import { writeForms } from "../../../results/output/outputs.ts";
import { RefbenchError } from "../../../tools/error.ts";
import { systemClock } from "../../../tools/time/clock.ts";
import { EXIT_CODES } from "../../../tools/verdict.ts";
import { buildLadder } from "../../../workload/limit-search/ladder.ts";
import { progressReporter } from "../../progress/progress-reporter.ts";
import { writeDryRun } from "../dry-run.ts";
import { mayBegin } from "../may-begin.ts";
import { pasteable, typedCommand } from "../options/typed-command.ts";
import type { FindLimitFlags } from "./options.ts";
import { formatLimit, loadWords, stepLine } from "./text.ts";

/** One search for a limit, from its flags to its exit code: loads one after the other, and one cleanup after all. */
export async function runFindLimitCommand(
  flags: LoadFlags & Pick<FindLimitFlags, "resume">,
  wish: LimitWish,
  prepare: Prepare,
  { io, command }: { readonly io: Io; readonly command: Command },
): Promise<void> {
  if (flags.runner === "job")
    throw new RefbenchError("usage", "--find-limit searches with loads of this machine: omit --runner job");
  buildLadder(wish.kind, wish);
  const runId = newRunId();
  await using reach = await reachDeployment(flags, io, new AbortController().signal);
  // Tokens for the owners of existing workspaces can be made by a site admin only.
  if (wish.kind === "connections") requireSiteAdmin(reach, false);
  const ground = { runId, token: reach.caller.token, env: io.env };
  const prepared = await prepare(reach, ground, (seen) => chooseSsh(flags, reach.deployment, seen, io.env));
  const { look, task } = prepared;
  const cleanup = pasteable("scaletest", "cleanup", "--url", look.url, "--run", run12(task.prefix));
  const limitGround = { runId, task, look, cleanup, wish, maxFailures: flags.maxFailures };
  const { resume } = flags;
  const known = resume === undefined ? [] : await readEarlierSteps(resume, limitGround, io.cwd);
  const again = repetitionText(wish, resume, known.length);
  if (!mayBegin(prepared, flags, { io, command, cleanup, again })) {
    await writeDryRun(prepared, flags.output, { target: io });
    return;
  }
  const reporter = progressReporter(io);
  using interrupts = listenForLoadInterrupts((message) => reporter.writeLine(message), cleanup);
  const keeper = keptSearch(limitGround, {
    cwd: io.cwd,
    env: io.env,
    timeoutMs: flags.timeout,
    known,
    onStep: (step) => reporter.writeLine(stepLine(wish.kind, step)),
    onFailure: (message) => reporter.writeLine(message),
  });
  const whole = runLoadByHand(task, {
    worker: keeper.search,
    interrupts,
    reporter,
    clock: systemClock,
    callerWith: (signal) => reach.callerWith(signal),
    timeoutMs: 0,
    cleanupTimeoutMs: flags.cleanupTimeout,
    cleanupJobTimeoutMs: flags.cleanupJobTimeout,
  });
  const outcome = await Promise.race([whole, interrupts.left]).finally(async () => {
    await keeper.settled();
    reporter.close();
  });
  const { search, kept } = keeper;
  const goOn = (more: readonly string[] = []): string =>
    `the steps so far are in ${kept}; continue with\n  ${typedCommand(command, "--resume", kept, ...more)}\n`;
  if (outcome === "left") {
    if (search.steps.length > 0) io.stderr.write(goOn());
    io.exit(EXIT_CODES.unverified);
    return;
  }
  const report = buildLimitReport(search, outcome, limitGround);
  io.exit(report.exitCode);
  // The last value of a flag is the one that counts.
  const more =
    report.ended === "out-of-steps" ? ["--limit-steps", String(Math.min(1000, 2 * report.steps.length))] : [];
  if (isUnfinished(report)) io.stderr.write(goOn(more));
  if (report.teardown.state === "pending") io.stderr.write(`what was made stays until\n  ${cleanup}\n`);
  await writeForms(
    (format, width) => formatLimit(report, format, width),
    [{ format: "json", path: kept }, ...flags.output],
    { ...io, next: `the report is kept in ${kept}, unless that file is among them` },
  );
}

/** How the load is repeated. */
function repetitionText({ kind, from, upTo }: LimitWish, resume: string | undefined, known: number): string {
  const since = resume === undefined ? "" : `, continuing from ${resume} (loads: ${known})`;
  return `from ${loadWords(kind, from)} up to ${loadWords(kind, upTo)}, until an objective breaks${since}`;
}

/** Whether more loads could change the answer. */
function isUnfinished({ ended, steps }: LimitReport): boolean {
  return steps.length > 0 && ["stopped", "failed", "out-of-steps", "out-of-time"].includes(ended);
}
