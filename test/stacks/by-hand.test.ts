import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { architectures } from "../../reference-architectures/catalogue.ts";
import { readEnvironments } from "../../stacks/read-environments.ts";
import { readStacks, runMain } from "./synthesize.ts";

/** A folder in which someone deploys by hand. */
async function byHand() {
  const folder = await mkdtemp(join(tmpdir(), "refbench-hand-"));
  const outdir = join(folder, "cdktf.out");
  const manual = join(folder, "manual");
  return {
    outdir,
    manual,
    file: join(manual, "gke/environment.json"),
    /** Without what this machine may have set. */
    environment: async (env: NodeJS.ProcessEnv = {}) => {
      const [deployment] = await readEnvironments(["gke"], { REFBENCH_MANUAL_DIR: manual, ...env });
      return deployment!.environment;
    },
    main: (env: NodeJS.ProcessEnv = {}) =>
      runMain({ REFBENCH_ENVIRONMENT: "", REFBENCH_MANUAL_DIR: manual, CDKTF_OUTDIR: outdir, ...env }),
  };
}

test("the environment is made once", async () => {
  const { environment } = await byHand();
  const made = await environment();
  expect(made).toMatchObject({
    architecture: "gke",
    size: "100",
    managed: "manual",
    expiresAt: null,
    zone: "us-central1-a",
  });
  expect(await environment()).toEqual(made);
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

test("who has a route to Coder needs no load runner", async () => {
  const { environment } = await byHand();
  expect(await environment({ REFBENCH_RUNNER: "local" })).not.toHaveProperty("runner");
  const other = await byHand();
  await expect(other.environment({ REFBENCH_RUNNER: "here" })).rejects.toThrow(
    "REFBENCH_RUNNER is here, expected network or local",
  );
});

test("with REFBENCH_TLS its certificate is made with it, and the key goes to Coder's stack alone", async () => {
  const { environment, main, manual, outdir } = await byHand();
  const { tls } = await environment({ REFBENCH_TLS: "self-signed" });
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

test("variables say what is made", async () => {
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

test("a project that was unknown is filled in once, and then kept", async () => {
  const { environment } = await byHand();
  expect(await environment()).toMatchObject({ project: "" });
  expect(await environment({ GOOGLE_PROJECT: "mine" })).toMatchObject({ project: "mine" });
  expect(await environment({ GOOGLE_PROJECT: "other" })).toMatchObject({ project: "mine" });
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
  const { environment, file } = await byHand();
  await environment({ GOOGLE_PROJECT: "mine" });
  await expect(environment({ [variable]: value })).rejects.toThrow(
    `${variable} is ${value}, but ${file} was made with`,
  );
});

test("what was made by hand says so, does not expire by itself, and leaves the project to Terraform", async () => {
  const { main, outdir } = await byHand();
  expect(
    await main({
      GOOGLE_PROJECT: "",
      GOOGLE_CLOUD_PROJECT: "",
      GCLOUD_PROJECT: "",
      CLOUDSDK_CORE_PROJECT: "",
    }),
  ).toEqual({
    exitCode: 0,
    stderr: "",
  });
  const [provider] = (await readStacks(outdir)).stacks["gke-cloud"].provider.google;
  expect(provider.default_labels).toMatchObject({ "bench-managed": "manual", "bench-expires": "never" });
  expect(provider).not.toHaveProperty("project");
});

test("state lies beside the environment, outside cdktf's output", async () => {
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

test("secrets and stacks are made once; secrets lie where Terraform finds them, for their owner only", async () => {
  const { main, outdir } = await byHand();
  const files = ["gke-cloud", "gke-coder"].map((stack) =>
    join(outdir, "stacks", stack, "secrets.auto.tfvars.json"),
  );
  const readSecrets = () => Promise.all(files.map((file) => readFile(file, "utf8")));
  await main();
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
