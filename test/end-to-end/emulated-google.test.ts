import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MockGoogle } from "../../rehearsal/google-api/mock-google.ts";
import { synthesize } from "../../harness/terraform/synthesize.ts";
import { processesOf } from "../chaos/real/processes.ts";
import { casesOf } from "../../scripts/validate/cases.ts";
import { hasRealProvider, useMirror } from "../support/command/provider-mirror.ts";
import { newFolder, onlyRecord, Refbench } from "../support/command/refbench-process.ts";

const PROJECT = "some-project";
/** Checks that need the web. */
const SKIPPED = "artefacts";
const RUN = ["run", "gke", "--size", "canary", "--project", PROJECT, "--skip-preflight", SKIPPED];

const LONG = { timeout: 15 * 60_000 };

/** A password and a key: an apply asks for them, whichever value they have. */
const SECRETS = { TF_VAR_db_password: "a-password", TF_VAR_tls_key: "a-key" };

describe.skipIf(!hasRealProvider("google"))("Google's own provider on the mock of Google's API", () => {
  let google: MockGoogle;
  let cwd: string;
  let env: NodeJS.ProcessEnv;
  beforeEach(async () => {
    google = new MockGoogle({ project: PROJECT });
    await google.start();
    cwd = await newFolder();
    env = { ...process.env, ...google.env(), TF_CLI_CONFIG_FILE: await useMirror(cwd) };
  });
  afterEach(async () => {
    await google[Symbol.asyncDispose]();
    await rm(cwd, { recursive: true, force: true });
  });

  // With plain http the provider puts a version before some paths and not before others: both addresses must do.
  test.each([
    ["gke", "without a version in the addresses", false],
    ["gce-docker", "with the version in the addresses", true],
    ["gce-vm", "without a version in the addresses", false],
  ])("applies %s, plans no change, and destroys all of it, %s", LONG, async (name, _words, versioned) => {
    const { environment } = casesOf([name]).find(
      (one) => one.name === `${name} canary on cloud-sql, every option`,
    )!;
    const directory = join(cwd, "stacks");
    await mkdir(directory);
    const environmentFile = join(directory, "environment.json");
    await writeFile(environmentFile, JSON.stringify(environment));
    await synthesize({ environmentFile, directory, env: process.env, signal: new AbortController().signal });
    const terraform = (...args: string[]) =>
      execa("terraform", [...args, "-input=false", "-no-color"], {
        cwd: join(directory, `${name}-cloud`),
        // A destroy must do without them.
        env: { ...env, ...google.env(versioned), ...(args[0] === "destroy" ? {} : SECRETS) },
        reject: false,
        all: true,
      });
    expect((await terraform("init")).exitCode).toBe(0);

    const applied = await terraform("apply", "-auto-approve");
    expect(applied.all).toMatch(/Apply complete!/);
    const made = google.store.size;
    expect(made).toBeGreaterThan(15);

    const planned = await terraform("plan", "-detailed-exitcode");
    expect(planned.all).toMatch(/No changes\./);
    expect(planned.exitCode).toBe(0);

    const destroyed = await terraform("destroy", "-auto-approve");
    expect(destroyed.all).toMatch(/Destroy complete!/);
    expect(google.store.keys()).toEqual([]);
    expect(google.policy["bindings"] ?? []).toEqual([]);
  });

  test(
    "a run says that there is no cluster to install Coder in, is never official, and leaves nothing",
    LONG,
    async () => {
      const ended = await new Refbench(cwd, RUN, env).ended;
      const record = await onlyRecord(cwd);
      expect(record.reasons.join("\n")).toMatch(/^infrastructure: provision: .*gke-coder/);
      expect(ended.code).toBe(30);
      expect(ended.stderr).toMatch(/gke-cloud (\d+) of \1 done/);
      expect(ended.stdout).toMatch(/unofficial/i);
      expect(record).toMatchObject({
        simulated: false,
        cloud: { project: PROJECT, emulated: true },
        teardown: { state: "clean", left: [], swept: [] },
      });
      expect(record.cloud?.endpoints).toContain("GOOGLE_COMPUTE_CUSTOM_ENDPOINT");
      expect(google.store.keys()).toEqual([]);
    },
  );

  test(
    "a quota that was filled after preflight is named, with what to do, and nothing remains",
    LONG,
    async () => {
      google.project.regionQuotas.set("INSTANCES", { limit: 1, usage: 0 });
      const args = ["run", "gce-docker", "--size", "canary", "--project", PROJECT];
      const run = new Refbench(cwd, [...args, "--skip-preflight", `${SKIPPED},quota`], env);
      expect((await run.ended).code).toBe(30);
      const { reasons, teardown } = await onlyRecord(cwd);
      expect(reasons.join("\n")).toMatch(
        /Quota 'INSTANCES' exceeded. {2}Limit: 1\.0 in region us-central1\./,
      );
      expect(reasons.join("\n")).toMatch(/a quota has no room: ask the cloud for more/);
      expect(teardown).toMatchObject({ state: "clean", left: [] });
      expect(google.store.keys()).toEqual([]);
    },
  );

  // Terraform's state knows neither of the two: it would have written them once they were made.
  test.each([
    ["database", "sqlInstances", "sql/"],
    ["cluster", "clusters", "container/"],
  ])(
    "a run whose every process is killed while its %s is made is removed by a sweep",
    LONG,
    async (_words, slow, prefix) => {
      google.world.durationMs = (collection, act) => (collection === slow && act === "create" ? 60_000 : 0);
      const run = new Refbench(cwd, RUN, env);
      await run.says(/gke-cloud [5-9] of/);
      await vi.waitUntil(() => google.store.keys().some((key) => key.startsWith(prefix)), {
        timeout: 60_000,
      });
      const [folder = ""] = await readdir(join(cwd, ".refbench", "runs"));
      const runFolder = join(cwd, ".refbench", "runs", folder);
      for (const pid of processesOf(runFolder, run.pid, "everything")) process.kill(pid, "SIGKILL");
      await run.ended;
      expect(google.store.keys().some((key) => key.startsWith(prefix))).toBe(true);
      expect(google.store.size).toBeGreaterThan(5);

      const swept = await new Refbench(cwd, ["sweep", "--project", PROJECT], env).ended;
      expect(swept.stderr).toMatch(/had no reaper: started one/);
      expect(google.store.keys()).toEqual([]);
      expect(google.policy["bindings"] ?? []).toEqual([]);
      expect(swept.code).toBe(10);
      expect(await onlyRecord(cwd)).toMatchObject({
        verdict: "interrupted",
        teardown: { state: "clean", left: [] },
      });
    },
  );

  // In provision the mirror may have no state yet. In bootstrap it has the whole state.
  // The mock runs no Coder, so the run waits in bootstrap.
  test.each([
    ["gce-docker", "provision", "named"],
    ["gce-docker", "provision", "all"],
    ["gce-docker", "bootstrap", "named"],
    ["gce-docker", "bootstrap", "all"],
    ["gce-vm", "bootstrap", "named"],
  ])(
    "a run of %s that is lost in %s is torn down from its mirror on another machine without secrets: %s",
    LONG,
    async (architecture, stage, which) => {
      const mirror = ["--mirror", pathToFileURL(join(cwd, "mirror")).href];
      const args = ["run", architecture, "--size", "canary", "--project", PROJECT];
      const [lost, other] = [join(cwd, "lost"), join(cwd, "other")];
      await Promise.all([lost, other].map((folder) => mkdir(folder)));
      const run = new Refbench(lost, [...args, "--skip-preflight", SKIPPED, ...mirror], env);
      await run.says(stage === "bootstrap" ? /\bbootstrap\b/ : new RegExp(`${architecture}-cloud [5-9] of`));
      const [id = ""] = await readdir(join(lost, ".refbench", "runs"));
      const runFolder = join(lost, ".refbench", "runs", id);
      for (const pid of processesOf(runFolder, run.pid, "everything")) process.kill(pid, "SIGKILL");
      const [, made] = /(\d+) resources in 1 stack/.exec((await run.ended).stderr) ?? [];
      await rm(lost, { recursive: true });
      expect(google.store.size).toBeGreaterThan(4);

      const elsewhere = { ...env, HOME: other };
      const teardown = ["teardown", which === "all" ? "--all" : id, "--from", mirror[1]!];
      const ended = await new Refbench(other, teardown, elsewhere).ended;
      expect(google.store.keys()).toEqual([]);
      expect(google.policy["bindings"] ?? []).toEqual([]);
      expect(ended.code, ended.stderr).toBe(0);
      const restored = join(other, ".refbench", "runs", id);
      const record = await onlyRecord(other);
      expect(record.teardown).toMatchObject({ state: "clean", left: [] });
      if (stage === "bootstrap") {
        const message = `${made} resources destroyed`;
        expect(record.stages).toContainEqual(
          expect.objectContaining({ stage: "destroy", outcome: "ok", message }),
        );
        expect(record.teardown).toMatchObject({ swept: [], problems: [] });
        // A later attempt goes by the state alone, which hides that a missing secret made the first ones fail.
        const journal = await readFile(join(restored, "journal.jsonl"), "utf8");
        expect(journal.match(/"stack-intent".*"destroy"/g)).toHaveLength(1);
      }
      expect(await readdir(restored)).not.toContain("secrets.json");
      const swept = await new Refbench(other, ["sweep", "--project", PROJECT], elsewhere).ended;
      expect(swept.code, swept.stderr).toBe(0);
    },
  );
});
