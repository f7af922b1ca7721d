import { oneLine } from "../../tools/safe-text.ts";
import { Command, Option } from "commander";
import { addHelpNotes } from "../help-notes.ts";
import { outputOption } from "../options/output-option.ts";
import { coderOrigin } from "../../model/cloud/coder-url.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { WorkerEvent } from "../../model/ports/worker.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import { DEADLINES_MS } from "../../pipeline/folder/plan.ts";
import { coderTrust } from "../../pipeline/making/coder-trust.ts";
import { getManualDeployment } from "../../manual/deployment.ts";
import { drainDeployment } from "../../manual/drain.ts";
import { getOutputs } from "../../manual/outputs.ts";
import type { chooseWorkerRunner } from "../../manual/worker-runner.ts";
import { type Drained, drainedJson, drainedText } from "../write-drained.ts";
import type { Io } from "../../composition/settings/io.ts";
import { getSession, refuseToken } from "../../composition/settings/session.ts";
import { duration } from "../../tools/quantities.ts";

interface DrainFlags {
  readonly rehearse?: boolean;
  readonly runner: "network" | "local";
  readonly url?: string;
  readonly sessionFile?: string;
  readonly users?: boolean;
  readonly timeout: number;
  readonly output: "text" | "json";
}

/** `refbench drain <architecture>`: deletes the workspaces of a manual environment, before it is destroyed. */
export function drainCommand(io: Io, chooseWorker?: ChooseWorker): Command {
  const command = new Command("drain")
    .argument("<architecture>", "the one that npx cdktf deploy made in this folder: gke, eks, …")
    .addOption(
      new Option("--rehearse", "the one that refbench twin exec made on the twin").env("REFBENCH_REHEARSE"),
    )
    .addOption(
      new Option(
        "--runner <where>",
        "from where Coder is asked: the load runner in its network, or this machine, which has a route",
      )
        .env("REFBENCH_RUNNER")
        .choices(["network", "local"])
        .default("network"),
    )
    .option("--url <url>", "with --runner local: where this machine reaches Coder, such as a forwarded port")
    .addOption(
      new Option(
        "--session-file <file>",
        "file with a session token of a site admin (default: CODER_SESSION_TOKEN, or the login of `coder login`)",
      ).env("REFBENCH_SESSION_FILE"),
    )
    .addOption(new Option("--token <token>").hideHelp().argParser(refuseToken))
    .option("--users", "delete every user too, except site admins")
    .addOption(
      new Option("--timeout <duration>", "give up after this long")
        .env("REFBENCH_DRAIN_TIMEOUT")
        .default(DEADLINES_MS.drain, "30m")
        .argParser(duration("--timeout")),
    )
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }));
  return addHelpNotes(command, {
    examples: ["refbench drain gke", "refbench drain gke --runner local --url http://127.0.0.1:8080"],
    notes: [
      "Exit codes: 0 nothing remains, 40 something remains (by name), 41 a listing failed: what remains is not known, 30 Coder cannot be reached, 61 stopped.",
    ],
  }).action(async (architecture: string, flags: DrainFlags) => {
    const drained = await drainByHand(architecture, flags, { io, chooseWorker });
    io.stdout.write(flags.output === "json" ? drainedJson(drained) : drainedText(drained));
    if (drained.result.stopped) io.exit(EXIT_CODES.interrupted);
    else if (drained.result.remaining.length > 0) io.exit(EXIT_CODES.leaked);
    else if (drained.result.unasked !== undefined) io.exit(EXIT_CODES.unverified);
  });
}

type ChooseWorker = typeof chooseWorkerRunner;

async function drainByHand(
  architecture: string,
  flags: DrainFlags,
  { io, chooseWorker }: { readonly io: Io; readonly chooseWorker?: ChooseWorker | undefined },
): Promise<Drained> {
  if (flags.url !== undefined && flags.runner !== "local") {
    throw new RefbenchError(
      "usage",
      `--url is given, but the load runner asks Coder where it is inside the network: --url goes with --runner local`,
    );
  }
  const deployment = await getManualDeployment(architecture, { rehearse: flags.rehearse ?? false }, io);
  const outputs = await getOutputs(deployment, io.env);
  const coderUrl = coderOrigin(
    flags.url ?? outputs.coder_url,
    flags.url === undefined ? "coder_url" : "--url",
  );
  const session = await getSession(
    { file: flags.sessionFile, url: coderUrl, forwardsTo: outputs.coder_url },
    io,
  );
  const choose = chooseWorker ?? (await import("../../manual/worker-runner.ts")).chooseWorkerRunner;
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort(new RefbenchError("interrupted", "stopped by a signal"));
  process.on("SIGINT", onInterrupt).on("SIGTERM", onInterrupt);
  try {
    const result = await drainDeployment({
      worker: choose(flags.runner, deployment, outputs, io),
      coderUrl,
      trust: coderTrust(deployment.environment),
      token: session.token,
      keepUsers: flags.users !== true,
      timeoutMs: flags.timeout,
      signal: stop.signal,
      onEvent: (event) => reportEvent(event, io),
    });
    return { architecture, simulated: deployment.isSimulated, coderUrl, result };
  } finally {
    process.off("SIGINT", onInterrupt).off("SIGTERM", onInterrupt);
  }
}

function reportEvent(event: WorkerEvent, io: Io): void {
  if (event.type === "note") io.stderr.write(`drain: ${oneLine(event.message)}\n`);
  if (event.type !== "progress") return;
  const { total, deleted, failed } = event.progress.workspaces;
  const left = failed === 0 ? "" : `, ${failed} could not be deleted`;
  io.stderr.write(`drain: ${deleted} of ${total} workspaces deleted${left}\n`);
}
