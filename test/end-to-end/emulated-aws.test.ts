import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { seenIn } from "../../harness/model/ports/listing.ts";
import { awsInventory } from "../../harness/inventory/aws/inventory.ts";
import type { InventoryItem } from "../../harness/model/ports/inventory.ts";
import { synthesize } from "../../harness/terraform/synthesize.ts";
import { processesOf } from "../chaos/real/processes.ts";
import { casesOf } from "../../scripts/validate/cases.ts";
import { MOTO_ACCOUNT, motoIsInstalled, startMoto, type Moto } from "../harness/inventory/aws/moto.ts";
import { hasRealProvider, useMirror } from "../support/command/provider-mirror.ts";
import { newFolder, onlyRecord, Refbench } from "../support/command/refbench-process.ts";

/** The region of the architecture. */
const REGION = "us-east-2";

/** Checks that the emulator does not answer, or that need the web. */
const SKIPPED = "kubernetes-version,postgres-version,artefacts";
const RUN = ["run", "eks", "--size", "canary", "--account", MOTO_ACCOUNT, "--skip-preflight", SKIPPED];

/** A database alone takes minutes of polling, there and back. */
const LONG = { timeout: 15 * 60_000 };

function canRun(): boolean {
  return hasRealProvider("aws") && motoIsInstalled();
}

describe.skipIf(!canRun())("a real run on an emulated AWS, with AWS's own provider", () => {
  let moto: Moto;
  let cwd: string;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    // AWS's own policies and images are parts of the emulator that are only there when they are asked for.
    moto = await startMoto({ MOTO_IAM_LOAD_MANAGED_POLICIES: "true", MOTO_EC2_LOAD_DEFAULT_AMIS: "true" });
  });
  afterAll(async () => {
    await moto[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await moto.reset();
    cwd = await newFolder();
    env = { ...process.env, ...moto.env, TF_CLI_CONFIG_FILE: await useMirror(cwd) };
  });

  async function existing(): Promise<readonly InventoryItem[]> {
    const inventory = awsInventory({ account: MOTO_ACCOUNT, region: REGION, env: moto.env });
    const answer = await inventory.list({}, new AbortController().signal);
    if (answer.state === "failed") expect(answer.reason).toBe("");
    return seenIn(answer);
  }

  const runFolder = async (): Promise<string> => {
    const runs = join(cwd, ".refbench", "runs");
    return join(runs, (await readdir(runs))[0]!);
  };

  test(
    "applies the cloud, says that there is no cluster to install Coder in, and leaves nothing",
    LONG,
    async () => {
      const ended = await new Refbench(cwd, RUN, env).ended;
      const record = await onlyRecord(cwd);
      expect(record.reasons.join("\n")).toMatch(
        /^infrastructure: provision: terraform apply failed .*eks-coder/,
      );
      expect(ended.code).toBe(30);
      expect(ended.stderr).toMatch(/eks-cloud (\d+) of \1 done/);
      expect(record).toMatchObject({
        simulated: false,
        cloud: { project: MOTO_ACCOUNT, region: REGION, emulated: true, endpoints: ["AWS_ENDPOINT_URL"] },
        teardown: { state: "clean", left: [], swept: [] },
      });
      expect(ended.stdout).toMatch(/unofficial/i);
      expect(await existing()).toEqual([]);
    },
  );

  test(
    "is torn down by a sweep from another shell if all its processes are killed while its database is made",
    LONG,
    async () => {
      const run = new Refbench(cwd, RUN, env);
      await run.says(/eks-cloud 1\d of/);
      for (const pid of processesOf(await runFolder(), run.pid, "everything")) process.kill(pid, "SIGKILL");
      await run.ended;
      expect((await existing()).length).toBeGreaterThan(5);

      const args = ["sweep", "--account", MOTO_ACCOUNT, "--region", REGION];
      const swept = await new Refbench(cwd, args, env).ended;
      expect(swept.stderr).toMatch(/had no reaper: started one/);
      expect(swept.code).toBe(10);
      expect(await onlyRecord(cwd)).toMatchObject({
        verdict: "interrupted",
        teardown: { state: "clean", left: [] },
      });
      expect(await existing()).toEqual([]);
      const log = await readFile(join(await runFolder(), "log"), "utf8");
      expect(log).not.toContain(
        JSON.parse(await readFile(join(await runFolder(), "secrets.json"), "utf8")).databasePassword,
      );
    },
  );

  test("plain terraform destroys a stack without the secrets that its apply had", LONG, async () => {
    // The emulator has no access entries, which an option would make.
    const { environment } = casesOf(["eks"]).find(({ name }) => name === "eks canary on rds, no option")!;
    const directory = join(cwd, "stacks");
    await mkdir(directory);
    const environmentFile = join(directory, "environment.json");
    await writeFile(environmentFile, JSON.stringify(environment));
    await synthesize({ environmentFile, directory, env: process.env, signal: new AbortController().signal });
    const terraform = (args: readonly string[], secrets: NodeJS.ProcessEnv = {}) =>
      execa("terraform", [...args, "-input=false", "-no-color"], {
        cwd: join(directory, "eks-cloud"),
        env: { ...env, ...secrets },
        reject: false,
        all: true,
      });
    expect((await terraform(["init"])).exitCode).toBe(0);
    const secrets = { TF_VAR_db_password: "a-password", TF_VAR_tls_key: "a-key" };
    const applied = await terraform(["apply", "-auto-approve"], secrets);
    expect(applied.all).toMatch(/Apply complete! Resources: [2-9]\d added/);
    expect((await existing()).length).toBeGreaterThan(10);
    const destroyed = await terraform(["destroy", "-auto-approve"]);
    expect(destroyed.all).toMatch(/Destroy complete! Resources: [2-9]\d destroyed/);
    expect(await existing()).toEqual([]);
  });

  // While the network is made the mirror may have an empty state: then the sweep removes all of it.
  // In the middle of the rest, the emulator would delete the database's subnets before it, and then list no database.
  test.each(["while its network is made", "once its cloud is made"])(
    "a run whose machine is lost %s is torn down by another machine without its secrets",
    LONG,
    async (when) => {
      const mirror = join(await newFolder(), "mirror");
      const url = pathToFileURL(mirror).href;
      const run = new Refbench(cwd, [...RUN, "--mirror", url], env);
      await run.says(/eks-cloud 1\d of/);
      const lost = await runFolder();
      const id = basename(lost);
      const isMade = when === "once its cloud is made";
      if (isMade) {
        const journal = join(mirror, "runs", id, "journal");
        await vi.waitUntil(async () => (await textIn(journal)).includes('"stack-outcome"'), {
          timeout: 8 * 60_000,
        });
      }
      for (const pid of processesOf(lost, run.pid, "everything")) process.kill(pid, "SIGKILL");
      await run.ended;
      await rm(lost, { recursive: true });
      expect((await existing()).length).toBeGreaterThan(isMade ? 10 : 5);

      const other = await newFolder();
      const ended = await new Refbench(other, ["teardown", id, "--from", url], env).ended;
      const restored = await readdir(join(other, ".refbench", "runs", id));
      expect(restored).not.toContain("secrets.json");
      expect(ended.stdout).toMatch(/teardown clean/);
      expect(ended.code).toBe(0);
      expect(await existing()).toEqual([]);
      const record = await onlyRecord(other);
      const destroy = record.stages.find(({ stage }) => stage === "destroy");
      if (isMade) {
        expect(destroy?.message).toMatch(/^[2-9]\d resources destroyed$/);
        expect(record.teardown).toMatchObject({ swept: [] });
      }
    },
  );
});

/** All files of a folder as one text. */
async function textIn(folder: string): Promise<string> {
  const files = await readdir(folder);
  return (await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")))).join("");
}
