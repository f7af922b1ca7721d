import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { systemClock } from "../../../tools/time/clock.ts";
import { messageOf } from "../../../tools/error.ts";
import { newRunId, run12 } from "../../../model/run-id.ts";
import { EXIT_CODES } from "../../../tools/verdict.ts";
import { writeJson } from "../../../tools/files/json-file.ts";
import { writeForms } from "../../../results/output/outputs.ts";
import { buildLadder } from "../../../workload/limit-search/ladder.ts";
import type { Io } from "../../../composition/settings/io.ts";
import { progressReporter } from "../../progress/progress-reporter.ts";
import { localWorkers } from "../../../composition/worker-program.ts";
import type { FindLimitFlags } from "./options.ts";
import type { LimitWish } from "../../../loads/find-limit/wish.ts";
import { type LimitReport, reportOfLimit, reportSoFar } from "../../../loads/find-limit/report.ts";
import { stepsToGoOnFrom } from "../../../loads/find-limit/resume.ts";
import { limitSearch } from "../../../loads/find-limit/runner.ts";
import { formatLimit, loadWords, stepLine } from "./text.ts";
import { listenForLoadInterrupts } from "../../../loads/interrupts.ts";
import { type Prepare, requireOwner } from "../load-command.ts";
import type { LoadFlags } from "../options/load-options.ts";
import { reachDeployment } from "../reach.ts";
import { writeDryRun } from "../dry-run.ts";
import { mayBegin } from "../may-begin.ts";
import { missedBy } from "../../../loads/record.ts";
import { runLoadByHand } from "../../../loads/run-load.ts";
import { chooseSsh } from "../ssh.ts";
import { pasteable, typedCommand } from "../options/typed-command.ts";

/** A search by hand from its flags to its exit code: one load after the other, and one cleanup after all of them. */
export async function findLimitByHand(
  flags: LoadFlags & Pick<FindLimitFlags, "resume">,
  wish: LimitWish,
  prepare: Prepare,
  { io, command }: { readonly io: Io; readonly command: Command },
): Promise<void> {
  buildLadder(wish.kind, wish);
  const runId = newRunId();
  await using reach = await reachDeployment(flags, io, new AbortController().signal);
  // Who owns workspaces that exist is known by tokens that only an owner may mint.
  if (wish.kind === "connections") requireOwner(reach, false);
  const ground = { runId, token: reach.caller.token, env: io.env };
  const { look, task, notes } = await prepare(reach, ground, async (seen) =>
    chooseSsh(flags, reach.deployment, seen, io.env),
  );
  const cleanup = pasteable("scaletest", "cleanup", "--url", look.url, "--run", run12(task.prefix));
  const limitGround = { runId, task, look, cleanup, wish, maxFailures: flags.maxFailures };
  const { resume } = flags;
  const known = resume === undefined ? [] : await stepsToGoOnFrom(resume, limitGround, io.cwd);
  const since = resume === undefined ? "" : `, on from what ${resume} has (loads: ${known.length})`;
  const again = `from ${loadWords(wish.kind, wish.from)} up to ${loadWords(wish.kind, wish.upTo)}, until an objective breaks${since}`;
  if (!mayBegin({ look, task, notes }, flags, { io, command, cleanup, again })) {
    await writeDryRun({ look, task }, flags.output, io);
    return;
  }
  const reporter = progressReporter(io);
  using interrupts = listenForLoadInterrupts((message) => reporter.say(message), cleanup);
  const kept = keptIn(runId);
  const file = resolve(io.cwd, kept);
  let keeping = Promise.resolve();
  const search = limitSearch({
    runner: localWorkers(io.env),
    wish,
    judge: (result) => missedBy(result, { task, look, maxFailures: flags.maxFailures }),
    clock: systemClock,
    timeoutMs: flags.timeout,
    known,
    onStep: (step) => {
      // Whatever becomes of this process, what it has said is kept.
      const soFar = reportSoFar(search, limitGround);
      keeping = keeping
        .then(() => mkdir(dirname(file), { recursive: true }))
        .then(() => writeJson(file, soFar))
        .catch((error: unknown) => reporter.say(messageOf(error)))
        .then(() => reporter.say(stepLine(wish.kind, step)));
    },
  });
  const whole = runLoadByHand(task, {
    worker: search,
    interrupts,
    reporter,
    clock: systemClock,
    callerWith: (signal) => reach.callerWith(signal),
    timeoutMs: 0,
    cleanupTimeoutMs: flags.cleanupTimeout,
    cleanupJobTimeoutMs: flags.cleanupJobTimeout,
  });
  const outcome = await Promise.race([whole, interrupts.left]).finally(async () => {
    await keeping;
    reporter.close();
  });
  const goOn = `what was found so far is in ${kept}; go on from it with\n  ${typedCommand(command, "--resume", kept)}\n`;
  if (outcome === "left") {
    if (search.steps.length > 0) io.stderr.write(goOn);
    io.exit(EXIT_CODES.unverified);
    return;
  }
  const report = reportOfLimit(search, outcome, limitGround);
  io.exit(report.exitCode);
  if (isUnfinished(report)) io.stderr.write(goOn);
  if (report.teardown.state === "pending") io.stderr.write(`what was made stays until\n  ${cleanup}\n`);
  await writeForms(
    (format, width) => formatLimit(report, format, width),
    [{ format: "json", path: kept }, ...flags.output],
    { ...io, next: `it is kept in ${kept}, unless that is one of them` },
  );
}

/** Whether more loads would tell more. */
function isUnfinished({ ended, steps }: LimitReport): boolean {
  return steps.length > 0 && ["stopped", "failed", "out-of-steps", "out-of-time"].includes(ended);
}

/** Beside the records of loads by hand. */
function keptIn(runId: string): string {
  return join(".refbench", "scaletest", runId, "limit.json");
}
