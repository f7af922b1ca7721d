import { Command } from "commander";
import { expect, test } from "vitest";
import { preflightCommand } from "../../../harness/cli/commands/preflight.ts";
import { selectSettings } from "../../../harness/composition/preflight/request.ts";
import { addRunOptions, type RunFlags } from "../../../harness/cli/options/run-options.ts";
import { runSettingsOf } from "../../../harness/cli/run-settings.ts";
import { CapturedStream } from "./progress/captured-stream.ts";

const stream = new CapturedStream();
const io = { stdout: stream, stderr: stream, cwd: "/", env: {}, exit: () => undefined };

/** Returns the settings that the checks before a run get from these flags. */
async function checked(args: readonly string[]): Promise<unknown> {
  let settings: unknown;
  const command = new Command("run").argument("<architecture>").exitOverride();
  addRunOptions(command, io).action(async (architecture: string, flags: RunFlags) => {
    settings = selectSettings(await runSettingsOf(architecture, flags, command, io.cwd));
  });
  await command.parseAsync(["node", "run", ...args]);
  return settings;
}

/** Flags on which the checks depend, each with a value that is not the default. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  "--size": ["canary"],
  "--coder-version": ["2.30.1"],
  "--tls": [],
  "--set": ["users=150"],
  "--rehearse": [],
  "--region": ["us-west-2"],
  "--zone": ["us-east-2b"],
  "--cluster-cidr": ["198.51.100.0/24"],
  "--runner": ["local"],
};
/** The flags of a cluster of the user's own. */
const OWN_CLUSTER: Readonly<Record<string, string>> = {
  "--kubeconfig": "/etc/kubeconfig",
  "--context": "ours",
  "--storage-class": "fast",
  "--node-selector": "pool=bench",
  "--image": "coder=registry.internal/coder:v2.31.0",
  "--chart": "charts/coder",
  "--database-url-secret": "databases/coder",
};
/** Flags that the command's own tests and the checks of the cloud cover. */
const OTHERS = [
  ...["--project", "--account", "--licence-file", "--max-cost"],
  ...["--fail-check", "--skip-preflight", "--output"],
  // Preflight compares it with who deploys only once a run is made; here it is checked, and refused without EKS.
  "--cluster-admin",
];

test("preflight has no flag that nothing reads", () => {
  const flags = preflightCommand(io).options.flatMap(({ long }) => (long == null ? [] : [long]));
  expect(flags.sort()).toEqual([...Object.keys(SETTINGS), ...Object.keys(OWN_CLUSTER), ...OTHERS].sort());
});

test.each(Object.entries(SETTINGS))(
  "%s reaches the checks, of a preflight as of a run",
  async (flag, value) => {
    expect(await checked(["eks", flag, ...value])).not.toEqual(await checked(["eks"]));
  },
);

test.each(Object.entries(OWN_CLUSTER))(
  "%s reaches the checks of a cluster of the user's own, and is refused elsewhere",
  async (flag, value) => {
    expect(await checked(["kubernetes", flag, value])).not.toEqual(await checked(["kubernetes"]));
    await expect(checked(["gke", flag, value])).rejects.toThrow(
      `${flag} is for a cluster of your own, which gke does not use: remove it`,
    );
    await expect(checked(["kubernetes", "--rehearse", flag, value])).rejects.toThrow(
      `${flag} cannot be combined with --rehearse`,
    );
  },
);

test.each<readonly [string, readonly string[], string]>([
  [
    "a project",
    ["--project", "p"],
    "--project is not of your own cluster, where kubernetes runs: expected --context",
  ],
  ["a zone", ["--zone", "us-central1-a"], '--zone is "us-central1-a", expected no value'],
  [
    "a load runner",
    ["--runner", "network"],
    "--runner network needs a load runner, which kubernetes does not have",
  ],
  [
    "a label without a value",
    ["--node-selector", "pool"],
    '--node-selector is "pool", expected a label such as',
  ],
  ["a label twice", ["--node-selector", "a=1,a=2"], "--node-selector names a twice"],
  ["an image of no role", ["--image", "db=x:1"], '--image is "db=x:1", expected <role>=<image>:<tag>'],
  ["an image without a tag", ["--image", "coder=x"], '--image is "coder=x", expected <role>=<image>:<tag>'],
  ["a Secret without a namespace", ["--database-url-secret", "db"], "expected a Secret as namespace/name"],
  [
    "two databases",
    ["--database-url-secret", "a/b", "--set", "database.kind=in-cluster"],
    '--set database.kind="in-cluster" cannot be combined with --database-url-secret',
  ],
  [
    "a database of nobody",
    ["--set", "database.kind=external"],
    "--set database.kind=external needs --database-url-secret",
  ],
  ["another machine type", ["--set", "machines.coder.machineType=n2-standard-8"], "expected own-node"],
])("a cluster of the user's own refuses %s", async (_, args, message) => {
  await expect(checked(["kubernetes", ...args])).rejects.toThrow(message);
});

test("the load of an own cluster comes from a Job, of a rehearsal from this machine", async () => {
  expect(await checked(["kubernetes"])).toMatchObject({ runner: "job" });
  expect(await checked(["kubernetes", "--rehearse"])).toMatchObject({ runner: "local" });
  expect(await checked(["kubernetes", "--runner", "local"])).toMatchObject({ runner: "local" });
});

test.each([
  ["gke", "100", 2],
  ["gke", "1200", 1],
  ["eks", "100", 1],
])("a Job in a cluster that a run makes: %s %s gets %i nodes for its pods", async (name, size, nodes) => {
  expect(await checked([name, "--size", size, "--runner", "job"])).toMatchObject({
    runner: "job",
    generators: nodes,
  });
  for (const runner of ["network", "local"])
    expect(await checked([name, "--size", size, "--runner", runner])).not.toHaveProperty("generators", nodes);
});

test.each([
  [["gce-vm"], "--runner job needs a cluster, which gce-vm does not have: expected network or local"],
  [["gke", "--rehearse"], "--runner job needs pods, which the twin's cluster of gke does not run"],
  [
    ["gke", "--size", "100", "--set", "concurrency=1", "--set", "cleanupConcurrency=1"],
    "on which 5,294 MiB and 1.43 CPU are free, but each of 1 pod of the load needs",
  ],
])("no Job for %j", async (args, message) => {
  await expect(checked([...args, "--runner", "job"])).rejects.toThrow(message);
});

test("a Secret's key, a digest and several images are read as they are written", async () => {
  const digest = `sha256:${"0".repeat(64)}`;
  const settings = await checked([
    ...["kubernetes", "--database-url-secret", "databases/coder:uri"],
    ...["--image", `coder=registry.internal:5000/coder@${digest},postgres=postgres:16`],
    ...["--node-selector", "kubernetes.io/arch=amd64", "--node-selector", "empty="],
  ]);
  expect(settings).toMatchObject({
    size: { figures: { database: { kind: "external" } } },
    ownCluster: {
      databaseUrlSecret: { namespace: "databases", name: "coder", key: "uri" },
      images: { coder: `registry.internal:5000/coder@${digest}`, postgres: "postgres:16" },
      nodeSelector: { "kubernetes.io/arch": "amd64", empty: "" },
    },
  });
});
