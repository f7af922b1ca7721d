import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { runCommand } from "../../../../harness/cli/commands/run.ts";
import type { Io } from "../../../../harness/composition/settings/io.ts";
import type { RunFlags } from "../../../../harness/cli/options/run-options.ts";
import { runRequestOf } from "../../../../harness/cli/run-request.ts";
import { recordSchema } from "../../../../harness/model/record/record.ts";
import { openContext } from "../../../../harness/pipeline/context/context.ts";
import { readJson } from "../../../../harness/tools/files/json-file.ts";
import { makeRun } from "../../../../harness/pipeline/making/make-run.ts";
import { planSchema } from "../../../../harness/pipeline/folder/plan.ts";
import { writePendingRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { reproduceCommands } from "../../../../harness/results/output/reproduce.ts";
import { environmentSchema } from "../../../../stacks/environment.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";
import { licenceOf } from "../../../support/coder/licence.ts";
import { CapturedStream } from "../progress/captured-stream.ts";

/** Options that the command need not hold, each with its reason. */
const CHANGES_NO_FIGURE: Readonly<Record<string, string>> = {
  "--coder-channel": "says how the version was asked for; the command holds the version",
  "--night": "says which night a run is of, not what it measures",
  "--failed-over": "says whose place a run takes; the command holds its zone",
  "--coder-provider-mirror": "where one provider of one version is fetched from; a path of one machine",
  "--ttl": "ends a run by the clock, which then claims no figures",
  "--keep-on-failure": "what becomes of an environment after its figures",
  "--keep-max": "how many of those there may be",
  "--mirror": "where a copy of the run's folder lies",
  "--state": "where Terraform's state lies",
  "--owner": "a label on what is made",
  "--cluster-cidr": "from where the cluster's API is reached; no part of the load goes there",
  "--cluster-admin": "who else may look into the cluster",
  "--kubeconfig": "how a cluster is reached; a path of one machine",
  "--context": "how a cluster is reached; the command has a variable for it, and a note names the cluster",
  "--storage-class": "the user's own; a note says that the record does not contain it",
  "--node-selector": "the user's own; a note says that the record does not contain it",
  "--image": "the user's own; the conditions name it, and a note says that the command does not",
  "--chart": "the user's own; the conditions say so, and a note says that the command does not contain it",
  "--database-url-secret": "the user's own; a note says that the record does not contain it",
  "--output": "where the result is written",
  "--metrics-listen": "where live figures are served, besides those of the record",
};

const FAULTS = { faults: [{ op: "create", type: "google_sql_*", do: "refuse", message: "it's full \\n" }] };
const SCHEDULE = {
  name: "it's one",
  periods: [{ name: "T0", seconds: 9 }],
  loads: [{ name: "pages", kind: "dashboard", from: "T0", to: "T0" }],
};
const REHEARSED = ["gke", "--size", "canary", "--rehearse"];
const REAL = ["gke", "--size", "canary", "--project", "my-benchmarks"];
const AWS = ["eks", "--size", "canary", "--account", "123456789012"];

/** By option, a command line that gives it something else than its default. */
const GIVEN: Readonly<Record<string, readonly string[]>> = {
  "--size": ["gke", "--size", "100", "--rehearse"],
  "--set": [...REHEARSED, "--set", "connections.total=20", "--set", "command=echo 'it is' up"],
  "--coder-version": [...REHEARSED, "--coder-version", "2.30.1"],
  "--compare": [...REHEARSED, "--compare", "2.30.1,2.31.0"],
  "--pairs": [...REHEARSED, "--compare", "stable,mainline", "--pairs", "3"],
  "--seed": [...REHEARSED, "--compare", "stable,mainline", "--pairs", "3", "--seed", "12"],
  "--rehearse": REHEARSED,
  "--scenario": [...REHEARSED, "--scenario", "mixed"],
  "--schedule": [...REHEARSED, "--schedule", "my-schedule.json"],
  "--shell-delay": [...REHEARSED, "--shell-delay", "500ms"],
  "--fail-builds": [...REHEARSED, "--fail-builds", "0.25"],
  "--faults": [...REHEARSED, "--faults", "my-faults.json"],
  "--coder-server": [...REHEARSED, "--coder-server", "bin/coder", "--coder-version", "2.30.1"],
  "--max-cost": [...REAL, "--max-cost", "7.5"],
  "--tls": [...REHEARSED, "--tls"],
  "--project": REAL,
  "--account": AWS,
  "--region": [...REAL, "--region", "europe-west1"],
  "--zone": [...REHEARSED, "--zone", "us-central1-c"],
  "--licence-file": [
    ...["gke", "--size", "1200", "--project", "my-benchmarks", "--skip-canary"],
    ...["--licence-file", "coder-licence.txt"],
  ],
  "--skip-canary": ["gke", "--size", "100", "--project", "my-benchmarks", "--skip-canary"],
  "--skip-preflight": [...AWS, "--skip-preflight", "quota,names"],
  "--runner": [...REAL, "--runner", "local"],
  "--speed": [...REHEARSED, "--speed", "77"],
  "--build-speed": [...REHEARSED, "--build-speed", "3"],
};

const { PATH = "" } = process.env;

async function workplace() {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-reproduced-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  const env = {
    PATH: `${join(cwd, "bin")}:${PATH}`,
    HOME: cwd,
    REFBENCH_POSTGRES_URL: "postgres://nobody@127.0.0.1:9/none",
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  };
  await promisify(execFile)("mkdir", ["bin"], { cwd });
  await writeFile(join(cwd, "my-faults.json"), JSON.stringify(FAULTS));
  await writeFile(join(cwd, "my-schedule.json"), JSON.stringify(SCHEDULE));
  await writeFile(join(cwd, "coder-licence.txt"), licenceOf({}));
  await writeFile(join(cwd, "bin/coder"), `#!/bin/sh\necho '{"version":"v2.30.1"}'\n`);
  await chmod(join(cwd, "bin/coder"), 0o755);
  const stream = new CapturedStream();
  const io: Io = { stdout: stream, stderr: stream, cwd, env, exit: () => undefined };

  /** Returns the record of the run that this command line makes, and the run's request. */
  const made = async (args: readonly string[]) => {
    const command = runCommand(io).exitOverride();
    let folder: Awaited<ReturnType<typeof makeRun>> | undefined;
    const world = new FakeWorld();
    command.action(async (architecture: string, flags: RunFlags) => {
      folder = await makeRun(cwd, world.clock, await runRequestOf(architecture, flags, io, command));
    });
    await command.parseAsync(["node", "run", ...args]);
    const { signal } = new AbortController();
    await writePendingRecord(await openContext(folder!, world.ports(), { reporter: world.reporter, signal }));
    const { runId, createdAt, expiresAtMs, coderChannel, ...plan } = await readJson(folder!.plan, planSchema);
    const environment = await readJson(folder!.environment, environmentSchema);
    const faults = await readFile(join(folder!.path, "faults.json"), "utf8").catch(() => "none");
    return {
      record: await readJson(folder!.record, recordSchema),
      told: {
        plan: { ...plan, comparison: plan.comparison && askedNoMore(plan.comparison) },
        environment: {
          ...environment,
          ...{ runId: "", expiresAt: 0, runner: environment.runner !== undefined },
          tls: environment.tls !== undefined,
        },
        faults,
      },
      made: { runId, createdAt, expiresAtMs, coderChannel },
    };
  };

  /** The words of the printed command, as a shell reads them once it has run what is before it. */
  const words = async (commands: readonly string[]): Promise<readonly string[]> => {
    const own = commands.filter((line) => !/^(npm ci|git checkout )/.test(line));
    const script = own.map((line) => line.replace(/^npx refbench /, String.raw`printf '%s\0' `)).join("\n");
    const { stdout } = await promisify(execFile)("/bin/sh", ["-c", script], { cwd, env });
    return stdout.split("\0").slice(0, -1);
  };
  return { made, words };
}

function askedNoMore<Comparison extends { baseline: { version: string }; candidate: { version: string } }>({
  baseline,
  candidate,
  ...rest
}: Comparison) {
  return { ...rest, baseline: baseline.version, candidate: candidate.version };
}

test("every option of a run is in the command that makes it again, or is known to change no figure", () => {
  const stream = new CapturedStream();
  const io: Io = { stdout: stream, stderr: stream, cwd: "/", env: {}, exit: () => undefined };
  const options = runCommand(io).options.map(({ long }) => long);
  expect([...Object.keys(GIVEN), ...Object.keys(CHANGES_NO_FIGURE)].toSorted()).toEqual(options.toSorted());
});

test.each([...Object.entries(GIVEN), ["--runner", [...REAL, "--runner", "job"]] as const])(
  "%s: the printed commands make a run with the same request",
  async (option, args) => {
    const { made, words } = await workplace();
    const first = await made(args);
    const again = await words(reproduceCommands(first.record));
    expect(again[0]).toBe("run");
    expect(again).toContain(option);
    const second = await made(again.slice(1));
    expect(second.told).toEqual(first.told);
  },
);
