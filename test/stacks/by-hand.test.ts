import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ssh2 from "ssh2";
import { expect, onTestFinished, test } from "vitest";
import { architectures } from "../../reference-architectures/catalogue.ts";
import { readEnvironments } from "../../stacks/read-environments.ts";
import { readStacks, runMain } from "./synthesize.ts";

/** A folder for manual deployments. */
async function byHand() {
  const folder = await mkdtemp(join(tmpdir(), "refbench-hand-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const outdir = join(folder, "cdktf.out");
  const manual = join(folder, "manual");
  const deploy = {
    REFBENCH_MANUAL_DIR: manual,
    REFBENCH_CDKTF_COMMAND: "deploy gke*",
    REFBENCH_PROJECT: "some-project",
  };
  const environments = async (command: string, env: NodeJS.ProcessEnv = {}) => {
    const asked = { ...deploy, REFBENCH_CDKTF_COMMAND: command, ...env };
    const deployments = await readEnvironments([...architectures.values()], asked);
    return deployments.map(({ environment }) => environment);
  };
  return {
    outdir,
    manual,
    file: join(manual, "gke/environment.json"),
    environments,
    /** Returns the environment of a gke deployment, without the variables of this machine. */
    environment: async (env: NodeJS.ProcessEnv = {}) => (await environments("deploy gke*", env))[0]!,
    main: (env: NodeJS.ProcessEnv = {}) =>
      runMain({ REFBENCH_ENVIRONMENT: "", CDKTF_OUTDIR: outdir, ...deploy, ...env }),
    /** Terraform's state of the cloud's stack, as an apply or a destroy leaves it. */
    state: async (resources: readonly { readonly mode: "managed" | "data" }[]) => {
      const stack = join(manual, "gke/gke-cloud");
      await mkdir(stack, { recursive: true });
      await writeFile(join(stack, "terraform.tfstate"), JSON.stringify({ version: 4, resources }));
    },
    /** Writes the lock that a working or killed terraform leaves beside its state. */
    lock: async () => {
      const stack = join(manual, "gke/gke-cloud");
      await mkdir(stack, { recursive: true });
      await writeFile(join(stack, ".terraform.tfstate.lock.info"), "{}");
    },
  };
}

const MADE = [{ mode: "managed" }] as const;

test("a deploy makes the environment once", async () => {
  const { environment, state } = await byHand();
  const made = await environment();
  expect(made).toMatchObject({
    architecture: "gke",
    size: "100",
    managed: "manual",
    expiresAt: null,
    project: "some-project",
    zone: "us-central1-a",
  });
  await state(MADE);
  expect(await environment()).toEqual(made);
});

test.each(
  [...architectures.values()].flatMap(({ name, sizes }) => Object.keys(sizes).map((size) => [name, size])),
)("on a fresh checkout %s deploys at %s, and nothing else is made", async (name, size) => {
  const { environments, manual } = await byHand();
  const env = { REFBENCH_SIZE: size, REFBENCH_ACCOUNT: "123456789012", REFBENCH_CONTEXT: "own" };
  const made = await environments(`deploy ${name}-cloud ${name}-coder --auto-approve`, env);
  expect(made).toMatchObject([{ architecture: name, size }]);
  expect(await readdir(manual)).toEqual([name]);
});

test.each(["list", "synth", "diff gke-cloud", "destroy gke*", "output gke-coder", "get"])(
  "cdktf %s pins nothing",
  async (command) => {
    const { environments, manual } = await byHand();
    expect((await environments(command)).map(({ architecture }) => architecture)).toContain("gke");
    expect(existsSync(manual)).toBe(false);
  },
);

test("list has every architecture, whatever the variables ask, and no variable at all", async () => {
  const { environments } = await byHand();
  for (const env of [{ REFBENCH_SIZE: "1200" }, { REFBENCH_PROJECT: "" }]) {
    const listed = await environments("list", env);
    expect(listed.map(({ architecture }) => architecture)).toEqual([...architectures.keys()]);
  }
});

test("synth omits architectures without the size, and fails if none has it", async () => {
  const { environments } = await byHand();
  const found = await environments("synth", { REFBENCH_SIZE: "1200" });
  expect(found.map(({ architecture }) => architecture)).toEqual(["gke", "eks", "kubernetes"]);
  await expect(environments("synth", { REFBENCH_SIZE: "7" })).rejects.toThrow('size is "7", expected one of');
});

test("an environment that is only viewed has an impossible project", async () => {
  const { environments } = await byHand();
  for (const { project } of await environments("synth", { REFBENCH_PROJECT: "" })) {
    expect(["set-REFBENCH_PROJECT", "000000000000", "set-REFBENCH_CONTEXT"]).toContain(project);
  }
});

test("a destroy frees the folder: the next deploy may be of another size", async () => {
  const { environment, environments, state } = await byHand();
  const first = await environment();
  await state(MADE);
  const [destroyed] = await environments("destroy gke*", { REFBENCH_SIZE: "1200" });
  expect(destroyed).toEqual(first);
  await state([{ mode: "data" }]);
  const second = await environment({ REFBENCH_SIZE: "1200" });
  expect(second).toMatchObject({ size: "1200" });
  expect(second.runId).not.toBe(first.runId);
});

test("an environment whose first apply was killed stays as it was", async () => {
  const { environment, lock } = await byHand();
  const made = await environment();
  await lock();
  expect(await environment()).toEqual(made);
  await expect(environment({ REFBENCH_SIZE: "1200" })).rejects.toThrow("REFBENCH_SIZE is 1200");
});

test("resources without their environment's file are refused, and can be destroyed", async () => {
  const { environment, environments, state, file } = await byHand();
  await state(MADE);
  await expect(environment()).rejects.toThrow(
    `${file} is missing: put that file back, or destroy them first`,
  );
  await expect(environments("destroy gke*", { REFBENCH_PROJECT: "" })).rejects.toThrow("REFBENCH_PROJECT");
  expect(await environments("destroy gke*")).toMatchObject([{ project: "some-project" }]);
});

test.each(["GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"])(
  "a project is never guessed from %s",
  async (variable) => {
    const { environment, manual } = await byHand();
    await expect(environment({ REFBENCH_PROJECT: "", [variable]: "mine" })).rejects.toThrow(
      "REFBENCH_PROJECT is missing, expected the id of a Google project (not its name or number), which is never guessed; without an account: npx refbench twin exec -- npx cdktf deploy 'gke*'",
    );
    expect(existsSync(manual)).toBe(false);
  },
);

test("figures are set as with --set, and checked the same way", async () => {
  const { environment, state, file } = await byHand();
  const set =
    "machines.coder.machineType=n2-standard-16,machines.workspaces.nodes=40,database.tier=db-custom-4-15360";
  const made = await environment({ REFBENCH_SET: set });
  expect(made.overrides).toEqual({
    "machines.coder.machineType": "n2-standard-16",
    "machines.workspaces.nodes": 40,
    "database.tier": "db-custom-4-15360",
  });
  await state(MADE);
  expect(await environment({ REFBENCH_SET: set })).toEqual(made);
  await expect(environment({ REFBENCH_SET: "users=200" })).rejects.toThrow(
    `REFBENCH_SET is users=200, but ${file} was made with database.tier=db-custom-4-15360,`,
  );
});

test.each([
  [{ REFBENCH_SET: "machines.coder.nodes=0" }, /machines\.coder/],
  [{ REFBENCH_SET: "machines.coder=3" }, "expected one of its figures: machines.coder.machineType"],
  [{ REFBENCH_SET: "database.kind=rds" }, "database.kind"],
  [{ REFBENCH_REGION: "us-east-2" }, 'REFBENCH_REGION is "us-east-2", expected one such as us-central1'],
  [{ REFBENCH_ZONE: "us-central1" }, 'REFBENCH_ZONE is "us-central1", expected one of region us-central1'],
  [{ REFBENCH_PROJECT: "My Project" }, 'REFBENCH_PROJECT is "My Project", expected the id of a Google'],
] as const)("%o is refused, and nothing is made", async (env, message) => {
  const { environment, manual } = await byHand();
  await expect(environment(env)).rejects.toThrow(message);
  expect(existsSync(manual)).toBe(false);
});

test("a region implies its zones, and europe-west1 has no zone a", async () => {
  const { environment } = await byHand();
  expect(await environment({ REFBENCH_REGION: "europe-west1" })).toMatchObject({
    region: "europe-west1",
    zone: "europe-west1-b",
  });
});

test("the key of its load runner is made with it, and stays with the secrets", async () => {
  const { environment, manual } = await byHand();
  const { runner } = await environment();
  const file = join(manual, "gke/secrets.json");
  const secrets = JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
  const key = ssh2.utils.parseKey(secrets["runnerKey"] ?? "");
  if (key instanceof Error) throw key;
  expect(`ssh-ed25519 ${key.getPublicSSH().toString("base64")}`).toBe(runner?.publicKey);
  expect(secrets["db_password"]).toMatch(/^[0-9a-f]{48}$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("a machine with a route to Coder needs no load runner", async () => {
  const { environment } = await byHand();
  expect(await environment({ REFBENCH_RUNNER: "local" })).not.toHaveProperty("runner");
  const other = await byHand();
  await expect(other.environment({ REFBENCH_RUNNER: "here" })).rejects.toThrow(
    "REFBENCH_RUNNER is here, expected network or local",
  );
});

test("with REFBENCH_TLS its certificate is made with it, and the key goes to Coder's stack alone", async () => {
  const { environment, main, manual, outdir, state } = await byHand();
  const { tls } = await environment({ REFBENCH_TLS: "self-signed" });
  await state(MADE);
  expect(await main()).toEqual({ exitCode: 0, stderr: "" });
  const read = async (file: string) => JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
  const { tls_key: key, runnerKey, db_password } = await read(join(manual, "gke/secrets.json"));
  expect(new X509Certificate(tls!.certificatePem).checkPrivateKey(createPrivateKey(key!))).toBe(true);
  const variables = (stack: string) => read(join(outdir, "stacks", stack, "secrets.auto.tfvars.json"));
  expect(await variables("gke-coder")).toEqual({ db_password, tls_key: key });
  expect(await variables("gke-cloud")).toEqual({ db_password });
  expect(runnerKey).toContain("PRIVATE KEY");
  expect(await readFile(join(manual, "gke/environment.json"), "utf8")).not.toContain("PRIVATE KEY");
});

test("a REFBENCH_TLS that is neither off nor self-signed is refused", async () => {
  const { environment } = await byHand();
  await expect(environment({ REFBENCH_TLS: "on" })).rejects.toThrow(
    "REFBENCH_TLS is on, expected off or self-signed",
  );
});

test("variables determine what is made", async () => {
  const { environment } = await byHand();
  const env = { REFBENCH_SIZE: "canary", REFBENCH_ZONE: "us-central1-f", REFBENCH_OWNER: "Ada L." };
  expect(await environment(env)).toMatchObject({ size: "canary", zone: "us-central1-f", owner: "ada-l-" });
});

test("REFBENCH_TTL gives it an expiry", async () => {
  const { environment } = await byHand();
  const before = Math.floor(Date.now() / 1_000);
  const { expiresAt } = await environment({ REFBENCH_TTL: "8h" });
  expect(expiresAt! - before).toBeGreaterThanOrEqual(8 * 3_600);
  expect(expiresAt! - before).toBeLessThan(9 * 3_600);
});

test.each(["8", "h", "1w", "-1h"])("a REFBENCH_TTL of %s is refused", async (ttl) => {
  const { environment } = await byHand();
  await expect(environment({ REFBENCH_TTL: ttl })).rejects.toThrow(`REFBENCH_TTL is ${ttl}, expected`);
});

test.each(["REFBENCH_TWIN", "REFBENCH_TWIN_ROOT"])(
  "with %s the project is an impossible name, whatever else is set",
  async (variable) => {
    const { environment } = await byHand();
    expect(
      await environment({ [variable]: "1", GOOGLE_PROJECT: "mine", REFBENCH_PROJECT: "mine" }),
    ).toMatchObject({
      project: "refbench-twin-a-name-no-project-can-have",
    });
  },
);

test.each([
  ["REFBENCH_SIZE", "1200"],
  ["REFBENCH_ZONE", "us-central1-f"],
  ["REFBENCH_PROJECT", "other"],
  ["REFBENCH_TLS", "self-signed"],
])("%s that asks for something else than what was made is refused", async (variable, value) => {
  const { environment, file, state } = await byHand();
  await environment();
  await state(MADE);
  await expect(environment({ [variable]: value })).rejects.toThrow(
    `${variable} is ${value}, but ${file} was made with`,
  );
});

test("a manual environment is labelled as such, does not expire, and is in the named project", async () => {
  const { main, outdir } = await byHand();
  expect(await main()).toEqual({ exitCode: 0, stderr: "" });
  const { stacks } = await readStacks(outdir);
  expect(Object.keys(stacks)).toEqual(["gke-cloud", "gke-coder"]);
  const [provider] = stacks["gke-cloud"].provider.google;
  expect(provider.default_labels).toMatchObject({ "bench-managed": "manual", "bench-expires": "never" });
  expect(provider.project).toBe("some-project");
});

test("state is stored beside the environment, outside cdktf's output", async () => {
  const { main, manual, outdir } = await byHand();
  await main();
  const { stacks } = await readStacks(outdir);
  for (const [name, stack] of Object.entries(stacks)) {
    const { path } = stack.terraform.backend.local as { path: string };
    expect(path).toMatch(/^\.\.\//);
    const { name: architecture } = [...architectures.values()].find(({ stacks }) => stacks.includes(name))!;
    expect(resolve(outdir, "stacks", name, path)).toBe(join(manual, architecture, name, "terraform.tfstate"));
  }
});

test("secrets and stacks are made once; Terraform finds the secrets, and only their owner can read them", async () => {
  const { main, outdir, state } = await byHand();
  const files = ["gke-cloud", "gke-coder"].map((stack) =>
    join(outdir, "stacks", stack, "secrets.auto.tfvars.json"),
  );
  const readSecrets = () => Promise.all(files.map((file) => readFile(file, "utf8")));
  await main();
  await state(MADE);
  const [secrets, stacks] = [await readSecrets(), await readStacks(outdir)];
  await main();
  expect([await readSecrets(), await readStacks(outdir)]).toEqual([secrets, stacks]);
  expect(secrets[0]).toBe(secrets[1]);
  expect(JSON.parse(secrets[0]!)).toEqual({ db_password: expect.stringMatching(/^[0-9a-f]{48}$/) });
  for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("an unreadable environment is refused in one sentence with its name", async () => {
  const { exitCode, stderr } = await runMain({ REFBENCH_ENVIRONMENT: "/nowhere/environment.json" });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^cannot read the environment in \/nowhere\/environment\.json: [^\n]*$/);
});
