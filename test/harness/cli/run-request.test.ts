import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Io } from "../../../harness/composition/settings/io.ts";
import { addRunOptions, type RunFlags } from "../../../harness/cli/options/run-options.ts";
import { runRequestOf } from "../../../harness/cli/run-request.ts";
import { stacksDigest } from "../../../harness/composition/settings/stacks-digest.ts";
import type { RunRequest } from "../../../harness/pipeline/making/make-run.ts";
import { newRunId } from "../../../harness/model/run-id.ts";
import type { RunRecord } from "../../../harness/model/record/record.ts";
import { readJson } from "../../../harness/tools/files/json-file.ts";
import { environmentSchema } from "../../../stacks/environment.ts";
import { FakeWorld } from "../../support/world/fake-world.ts";
import { licenceOf } from "../../support/coder/licence.ts";
import { LEAKED } from "../results/nightly-records.ts";
import { sampleRecord } from "../results/sample-record.ts";
import { CapturedStream } from "./progress/captured-stream.ts";

const { PATH = "" } = process.env;
const EMULATED = { AWS_ENDPOINT_URL: "http://127.0.0.1:9" };
const ACCOUNT = "123456789012";

interface Where {
  readonly cwd: string;
  /** Returns the request of this command line, in this folder and with only these variables. */
  readonly asked: (args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<RunRequest>;
}

async function where(): Promise<Where> {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-request-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  const asked: Where["asked"] = async (args, env = {}) => {
    let request: RunRequest | undefined;
    const stream = new CapturedStream();
    const io: Io = {
      stdout: stream,
      stderr: stream,
      cwd,
      env: { PATH, HOME: cwd, ...env },
      exit: () => undefined,
    };
    const command = new Command("run").argument("<architecture>").exitOverride();
    addRunOptions(command, io).action(async (architecture: string, flags: RunFlags) => {
      request = await runRequestOf(architecture, flags, io, command);
    });
    await command.parseAsync(["node", "run", ...args]);
    return request!;
  };
  return { cwd, asked };
}

test("spans of Coder cannot be asked of the emulator", async () => {
  const { asked } = await where();
  const args = ["gke", "--size", "canary", "--set", "coderTraces=http://127.0.0.1:4317"];
  await expect(asked([...args, "--rehearse"])).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("add --coder-server") as string,
  });
  const request = await asked([...args, "--project", "my-benchmarks"]);
  expect(request.overrides).toEqual({ coderTraces: "http://127.0.0.1:4317" });
});

describe("a real run", () => {
  test("is of the project that was pinned, in the architecture's place, with a runner inside the network", async () => {
    const { asked } = await where();
    const request = await asked(["gke", "--size", "canary", "--project", "my-benchmarks"]);
    expect(request).toMatchObject({
      project: "my-benchmarks",
      runner: "network",
      cloud: {
        provider: "google",
        project: "my-benchmarks",
        region: "us-central1",
        zone: "us-central1-a",
        endpoints: {},
        emulated: false,
        skippedChecks: [],
        skippedCanary: false,
      },
    });
    expect(request.rehearsal).toBeUndefined();
    expect(request.licence).toBeUndefined();
  });

  test.each([
    [["--region", "eu-west-1"], { region: "eu-west-1", zone: "eu-west-1a" }],
    [["--zone", "eu-west-1c"], { region: "eu-west-1", zone: "eu-west-1c" }],
    [["--zone", "us-east-2b"], { region: "us-east-2", zone: "us-east-2b" }],
  ])("goes where %j says", async (args, place) => {
    const { asked } = await where();
    expect((await asked(["eks", "--size", "canary", "--account", ACCOUNT, ...args])).cloud).toMatchObject(
      place,
    );
  });

  test.each([
    ["~/.terraformrc", ".terraformrc", {}],
    ["the file of a variable", "other.rc", { TF_CLI_CONFIG_FILE: "other.rc" }],
  ])("is refused if %s replaces a provider by one without a version", async (_, name, env) => {
    const { asked, cwd } = await where();
    await writeFile(
      join(cwd, name),
      'provider_installation {\n  dev_overrides { "hashicorp/google" = "/go/bin" }\n}\n',
    );
    const files = Object.fromEntries(Object.entries(env).map(([key, file]) => [key, join(cwd, file)]));
    await expect(asked(["gke", "--size", "canary", "--project", "my-benchmarks"], files)).rejects.toThrow(
      /has dev_overrides.*remove them/,
    );
    await writeFile(
      join(cwd, name),
      'provider_installation {\n  filesystem_mirror { path = "/mirror" }\n}\n',
    );
    const request = await asked(["gke", "--size", "canary", "--project", "my-benchmarks"], files);
    expect(request.project).toBe("my-benchmarks");
  });

  test("whose load comes from pods has nodes for them, but no emulated cloud has pods", async () => {
    const { asked } = await where();
    const args = ["eks", "--size", "canary", "--account", ACCOUNT, "--runner", "job"];
    expect(await asked(args)).toMatchObject({ runner: "job", generators: 1 });
    await expect(asked(args, EMULATED)).rejects.toThrow(
      "--runner job needs pods, which the cluster of an emulated cloud does not run: omit it for eks, or unset AWS_ENDPOINT_URL",
    );
  });

  test("on an emulated cloud keeps its endpoints and the skipped checks", async () => {
    const { asked } = await where();
    const { cloud } = await asked(
      ["eks", "--account", ACCOUNT, "--skip-preflight", "artefacts,quota", "--runner", "local"],
      { ...EMULATED, GOOGLE_COMPUTE_CUSTOM_ENDPOINT: "http://127.0.0.1:8" },
    );
    expect(cloud).toMatchObject({
      endpoints: EMULATED,
      emulated: true,
      skippedChecks: ["artefacts", "quota"],
    });
  });

  test("on EKS admits the identity and the addresses of flags or variables, also in its environment", async () => {
    const { asked } = await where();
    const args = ["eks", "--size", "canary", "--account", ACCOUNT];
    const [admins, cidrs] = [
      [`arn:aws:iam::${ACCOUNT}:role/human`],
      ["198.51.100.0/24", "203.0.113.7/32"],
    ] as const;
    const flags = ["--cluster-cidr", cidrs[0], "--cluster-cidr", cidrs[1], "--cluster-admin", admins[0]];
    const request = await asked([...args, ...flags]);
    expect(request.clusterAccess).toEqual({ admins, cidrs });
    const world = new FakeWorld();
    const folder = await world.makeRun(undefined, { ...request, overrides: {} });
    const { clusterAccess } = await readJson(folder.environment, environmentSchema);
    expect(clusterAccess).toEqual({ admins, cidrs });

    vi.stubEnv("REFBENCH_CLUSTER_CIDRS", cidrs.join(","));
    vi.stubEnv("REFBENCH_CLUSTER_ADMINS", admins.join(","));
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await asked(args)).clusterAccess).toEqual({ admins, cidrs });
    const google = await asked(["gke", "--size", "canary", "--project", "my-benchmarks"]);
    expect(google.clusterAccess).toBeUndefined();
  });

  test("of a licensed size carries the licence, from a file or the environment; any other size carries none", async () => {
    const { cwd, asked } = await where();
    const licence = licenceOf({ version: 3 });
    await writeFile(join(cwd, "licence"), `${licence}\n`);
    const args = ["gke", "--project", "my-benchmarks", "--skip-canary"];
    expect((await asked([...args, "--size", "1200", "--licence-file", "licence"])).licence).toBe(licence);
    expect((await asked([...args, "--size", "1200"], { REFBENCH_LICENCE: licence })).licence).toBe(licence);
    expect((await asked([...args, "--size", "100"], { REFBENCH_LICENCE: licence })).licence).toBeUndefined();
  });
});

describe("a wrong flag is refused with its reason, and nothing is made", () => {
  const REAL = ["gke", "--size", "canary", "--project", "my-benchmarks"];
  const REHEARSAL = ["gke", "--size", "canary", "--rehearse"];
  const refused: readonly (readonly [readonly string[], RegExp, NodeJS.ProcessEnv?])[] = [
    [["gke", "--rehearse", "--seed", "3"], /--seed is 3, but only a comparison has an order/],
    [
      ["gke", "--rehearse", "--compare", "1.2.3,1.2.4", "--seed", "1.5"],
      /--seed must be a whole number .*got "1\.5"/,
    ],
    [["gke"], /--project is missing/],
    [["eks"], /--account is missing/],
    [["gke", "--account", ACCOUNT], /--account is not Google's, where gke runs: expected --project/],
    [["eks", "--project", "my-benchmarks"], /--project is not AWS's/],
    [["eks", "--account", "12"], /twelve digits/],
    [["gke", "--project", "My Project"], /id of a Google project/],
    [[...REAL, "--speed", "10"], /--speed needs --rehearse/],
    [[...REAL, "--faults", "faults.json"], /--faults needs --rehearse/],
    [[...REHEARSAL, "--project", "my-benchmarks"], /--project cannot be combined with --rehearse/],
    [[...REHEARSAL, "--skip-canary"], /--skip-canary cannot be combined with --rehearse/],
    [[...REHEARSAL, "--skip-preflight", "quota"], /--skip-preflight cannot be combined with --rehearse/],
    [[...REAL, "--skip-preflight", "marker"], /only allowed for an emulated cloud/],
    [
      [...REAL, "--skip-preflight", "marker"],
      /only allowed for an emulated cloud/,
      // One service elsewhere leaves the others where they are.
      { GOOGLE_DNS_CUSTOM_ENDPOINT: "http://127.0.0.1:8" },
    ],
    [
      [...REAL, "--zone", "europe-west1-b", "--region", "us-central1"],
      /--zone is "europe-west1-b", expected one of region us-central1/,
    ],
    [[...REAL, "--region", "nowhere"], /--region is "nowhere"/],
    [["eks", "--account", ACCOUNT, "--region", "europe-west1"], /--region is "europe-west1"/],
    [["gke", "--size", "1200", "--project", "my-benchmarks"], /needs high_availability.*--licence-file/],
    [
      ["gke", "--size", "validated-1k", "--project", "my-benchmarks"],
      /needs high_availability and external_provisioner_daemons.*--licence-file/,
    ],
    [REAL, /twin would answer.*REFBENCH_TWIN_ROOT is set/, { REFBENCH_TWIN_ROOT: "/somewhere" }],
    [
      ["eks", "--account", ACCOUNT],
      /AWS_ENDPOINT_URL must be a URL without a credential/,
      { AWS_ENDPOINT_URL: "http://u:p@127.0.0.1" },
    ],
    [REAL, /CI=true.*--state.*--mirror/, { CI: "true" }],
    [[...REAL, "--runner", "somewhere"], /network, local/],
    [[...REAL, "--cluster-cidr", "198.51.100.0/24"], /--cluster-cidr is for EKS clusters, and gke has none/],
    [
      [...REHEARSAL, "--cluster-admin", `arn:aws:iam::${ACCOUNT}:role/human`],
      /--cluster-admin is for EKS clusters/,
    ],
    [
      ["eks", "--account", ACCOUNT, "--cluster-cidr", "198.51.100.0"],
      /"198.51.100.0", expected an IPv4 range/,
    ],
    [["eks", "--account", ACCOUNT, "--cluster-admin", "me"], /"me", expected an ARN/],
  ];
  test.each(refused.map(([args, words, env = {}]) => ({ args, words, env })))(
    "$args",
    async ({ args, words, env }) => {
      const { cwd, asked } = await where();
      await expect(asked(args, env)).rejects.toThrow(words);
      expect(await readdir(cwd)).toEqual([]);
    },
  );

  test("but variables without a meaning in this kind of run are ignored", async () => {
    const { asked } = await where();
    vi.stubEnv("REFBENCH_PROJECT", "my-benchmarks");
    vi.stubEnv("REFBENCH_ACCOUNT", ACCOUNT);
    vi.stubEnv("REFBENCH_SPEED", "10");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await asked(["gke", "--rehearse"])).rehearsal).toMatchObject({ speed: 10 });
    expect((await asked(["gke", "--size", "canary"])).project).toBe("my-benchmarks");
  });
});

describe("a larger size waits for a clean canary", () => {
  const LARGER = ["gke", "--size", "100", "--project", "my-benchmarks"];

  async function withRecord(
    change: Partial<RunRecord>,
    cloud: Partial<NonNullable<RunRecord["cloud"]>> = {},
  ) {
    const place = await where();
    const runId = newRunId();
    const folder = join(place.cwd, ".refbench", "runs", runId);
    await mkdir(folder, { recursive: true });
    const record = sampleRecord({
      runId,
      architecture: "gke",
      size: "canary",
      simulated: false,
      verdict: "pass",
      cloud: {
        project: "my-benchmarks",
        region: "us-central1",
        zone: "us-central1-a",
        endpoints: [],
        emulated: false,
        stacks: await stacksDigest("gke"),
        skippedChecks: [],
        skippedCanary: false,
        ...cloud,
      },
      ...change,
    });
    await writeFile(join(folder, "record.json"), JSON.stringify(record));
    return place;
  }

  test("of these stacks in this project", async () => {
    const { asked } = await withRecord({});
    expect((await asked(LARGER)).size).toBe("100");
  });

  const others: readonly (readonly [
    string,
    RegExp,
    Partial<RunRecord>,
    Partial<NonNullable<RunRecord["cloud"]>>?,
  ])[] = [
    [
      "that was not clean",
      /no canary of gke in my-benchmarks was clean \(last: leaked\)/,
      { verdict: "leaked", teardown: LEAKED },
    ],
    ["of other stacks", /used other stacks/, {}, { stacks: "0000" }],
    ["of another project", /no canary of gke has run in my-benchmarks/, {}, { project: "another-one" }],
    ["of an emulated cloud", /no canary of gke has run/, {}, { emulated: true }],
  ];
  test.each(others.map(([which, words, change, cloud = {}]) => ({ which, words, change, cloud })))(
    "and not for one $which",
    async ({ words, change, cloud }) => {
      const { asked } = await withRecord(change, cloud);
      await expect(asked(LARGER)).rejects.toThrow(words);
      expect((await asked([...LARGER, "--skip-canary"])).cloud?.skippedCanary).toBe(true);
    },
  );

  test("also of a run that only the mirror's bucket knows", async () => {
    const place = await withRecord({});
    const [runId] = await readdir(join(place.cwd, ".refbench", "runs"));
    const bucket = join(place.cwd, "bucket");
    await mkdir(join(bucket, "runs", runId!), { recursive: true });
    await rename(join(place.cwd, ".refbench", "runs", runId!), join(bucket, "runs", runId!, "files"));
    await expect(place.asked(LARGER)).rejects.toThrow(/no canary of gke has run/);
    expect((await place.asked([...LARGER, "--mirror", `file://${bucket}`])).size).toBe("100");
  });
});

describe("TLS", () => {
  test("is off until it is asked for, by the flag alone, by its word or by the variable", async () => {
    const { asked } = await where();
    const run = ["gke", "--rehearse", "--size", "canary"];
    expect(await asked(run)).toMatchObject({ tls: "off" });
    expect(await asked([...run, "--tls"])).toMatchObject({ tls: "self-signed" });
    expect(await asked([...run, "--tls", "self-signed"])).toMatchObject({ tls: "self-signed" });
    vi.stubEnv("REFBENCH_TLS", "self-signed");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await asked(run)).toMatchObject({ tls: "self-signed" });
    expect(await asked([...run, "--tls", "off"])).toMatchObject({ tls: "off" });
  });

  test("on a real server of this machine is refused", async () => {
    const { asked } = await where();
    const run = ["gke", "--rehearse", "--size", "canary", "--coder-server", "/no/coder", "--tls"];
    await expect(asked(run)).rejects.toThrow("--tls cannot be combined with --coder-server");
  });
});

test("external provisioners on a real server of this machine are refused: it has no licence", async () => {
  const { asked } = await where();
  const run = ["gke", "--rehearse", "--size", "validated-1k", "--coder-server", "/no/coder"];
  await expect(asked(run)).rejects.toThrow(/--coder-server cannot be combined .*provisioners=builtin/);
});

test("the order of a comparison is drawn anew for each run, or again by a seed", async () => {
  const { asked } = await where();
  const compared = ["gke", "--rehearse", "--compare", "2.30.1,2.31.0"];
  const seeds = [await asked(compared), await asked(compared)].map(({ comparison }) => comparison?.seed);
  expect(seeds[0]).not.toBe(seeds[1]);
  expect((await asked([...compared, "--seed", "7"])).comparison?.seed).toBe(7);
});
