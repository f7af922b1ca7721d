import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { parseSizes } from "../harness/nights/sizes.ts";
import { callsIn, unknownIn } from "./support/command/refbench-calls.ts";

const ROOT = join(import.meta.dirname, "..");
const WORKFLOWS = join(ROOT, ".github", "workflows");
const files = readdirSync(WORKFLOWS);
const workflow = z.looseObject({
  permissions: z.record(z.string(), z.string()),
  concurrency: z.looseObject({ "cancel-in-progress": z.boolean() }).optional(),
  jobs: z.record(
    z.string(),
    z.looseObject({
      uses: z.string().optional(),
      needs: z.array(z.string()).optional(),
      if: z.string().optional(),
      "timeout-minutes": z.number().optional(),
      permissions: z.record(z.string(), z.string()).optional(),
      concurrency: z.looseObject({ group: z.string(), "cancel-in-progress": z.boolean() }).optional(),
      strategy: z.looseObject({ matrix: z.looseObject({}) }).optional(),
      env: z.record(z.string(), z.string()).optional(),
      steps: z
        .array(
          z.looseObject({
            run: z.string().optional(),
            uses: z.string().optional(),
            if: z.string().optional(),
          }),
        )
        .default([]),
    }),
  ),
});

function read(file: string): z.infer<typeof workflow> {
  return workflow.parse(parse(readFileSync(join(WORKFLOWS, file), "utf8")));
}

test.each(files)("%s is a workflow by GitHub's own parser", async (file) => {
  const content = readFileSync(join(WORKFLOWS, file), "utf8");
  expect(await wrongIn({ name: `.github/workflows/${file}`, content })).toEqual([]);
});

test("a workflow that GitHub would refuse is found", async () => {
  const content =
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: ${{ nothing.x }}\n";
  expect(await wrongIn({ name: "a.yml", content })).toHaveLength(1);
  expect(await wrongIn({ name: "b.yml", content: "on: push\njobs:\n  a:\n    step: []\n" })).not.toEqual([]);
});

async function wrongIn(file: {
  readonly name: string;
  readonly content: string;
}): Promise<readonly string[]> {
  const { context, value } = parseWorkflow(file, new NoOperationTraceWriter());
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

const hasActionlint = (() => {
  try {
    execFileSync("actionlint", ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!hasActionlint)("actionlint reports nothing (skipped if it is not on PATH)", () => {
  expect(() =>
    execFileSync(
      "actionlint",
      files.map((file) => join(WORKFLOWS, file)),
    ),
  ).not.toThrow();
});

describe.each(files)("%s", (file) => {
  const { permissions, concurrency, jobs } = read(file);
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test("calls refbench and npm by commands and flags that exist", () => {
    const scripts = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))).scripts;
    for (const { run = "" } of steps) {
      expect(callsIn(run).flatMap(unknownIn), run).toEqual([]);
      for (const [, script = ""] of run.matchAll(/npm run (\S+)/g)) expect(scripts).toHaveProperty(script);
    }
  });

  test("starts from no permission but reading, pins every action, and ends before a hosted job is ended", () => {
    expect(permissions).toEqual({ contents: "read" });
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/@[0-9a-f]{40}$/);
    for (const { uses, steps, "timeout-minutes": minutes } of Object.values(jobs)) {
      if (uses === undefined) expect(minutes).toBeLessThan(360);
      // The called workflow is one of ours, and the same law applies to it.
      else
        expect([files.map((name) => `./.github/workflows/${name}`), steps]).toEqual([
          expect.arrayContaining([uses]),
          [],
        ]);
    }
  });

  test("installs nothing that is downloaded without knowing its digest", () => {
    for (const { run = "" } of steps.filter(({ run = "" }) => /\bcurl\b|\bwget\b/.test(run))) {
      expect(run).toMatch(/sha256sum --check[^]*\binstall\b/);
      expect(run).not.toMatch(/latest/);
    }
  });

  test("never cancels what may be tearing down, and holds no key that lives long", () => {
    const touchesClouds = Object.values(jobs).some((job) => job.permissions?.["id-token"] === "write");
    if (touchesClouds)
      for (const job of Object.values(jobs).filter(({ uses }) => uses === undefined))
        expect((job.concurrency ?? concurrency)?.["cancel-in-progress"]).toBe(false);
    const text = readFileSync(join(WORKFLOWS, file), "utf8");
    expect(text).not.toMatch(/credentials_json|aws-access-key-id|aws-secret-access-key/);
    expect([...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name)).toEqual(
      file === "nightly.yml" ? ["REFBENCH_LICENCE"] : [],
    );
  });
});

test("the nights of the workflow use existing sizes, each in a separate job and concurrency group", () => {
  const { jobs } = read("nightly.yml");
  const matrix = z
    .object({ include: z.array(z.object({ name: z.string(), size: z.string() })) })
    .parse(jobs["google"]?.strategy?.matrix);
  expect(parseSizes(matrix.include.map(({ size }) => size).join(","))).toHaveLength(matrix.include.length);
  for (const { name, size } of matrix.include) expect(name).toBe(size.replace("/", "-"));
  expect(jobs["google"]?.concurrency?.group).toContain("matrix.name");
});

test("every variable and secret of the workflows is in the table of the page that sets them up, and no other", () => {
  const page = readFileSync(join(ROOT, "docs/hosted-nights.md"), "utf8");
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (variable|secret) /gm)].map(
    ([, name, kind]) => `${kind} ${name}`,
  );
  const used = files.flatMap((file) =>
    [...readFileSync(join(WORKFLOWS, file), "utf8").matchAll(/\b(vars|secrets)\.(\w+)/g)].map(
      ([, kind, name]) => `${kind === "vars" ? "variable" : "secret"} ${name}`,
    ),
  );
  expect(rows.toSorted()).toEqual([...new Set(used)].sort());
});

test("a rehearsal on GitHub needs no variable, no secret and no permission but reading", () => {
  const text = readFileSync(join(WORKFLOWS, "rehearse.yml"), "utf8");
  expect(text).not.toMatch(/\b(vars|secrets)\.|id-token|: write/);
  expect(callsIn(text.replaceAll(/\s+/g, " "))[0]).toContain("--rehearse");
});

test("a night ends before its job is ended", () => {
  const jobs = Object.values(read("nightly.yml").jobs);
  const nights = jobs.flatMap((job) =>
    job.steps.flatMap(({ run = "" }) => (run.includes("refbench nightly") ? [{ job, run }] : [])),
  );
  expect(nights).toHaveLength(2);
  for (const { job, run } of nights) {
    const minutes = Number(/--night-time (\d+)m\b/.exec(run)?.[1]);
    expect(minutes).toBeLessThan((job["timeout-minutes"] ?? 0) - 10);
  }
});

test("after each night its job's remains are torn down from the mirror, then swept, and then published", () => {
  const night = read("nightly.yml");
  const { jobs, ...sweep } = read("sweep.yml");
  expect(sweep["on"]).toMatchObject({ schedule: [{}], workflow_call: null });
  expect(night.jobs["sweep"]).toMatchObject({
    uses: "./.github/workflows/sweep.yml",
    needs: ["google", "aws"],
    if: "always()",
  });
  expect(night.jobs["publish"]).toMatchObject({
    needs: ["google", "aws", "sweep"],
    if: "always() && (vars.REFBENCH_PROJECT != '' || vars.REFBENCH_ACCOUNT != '')",
  });
  for (const cloud of ["google", "aws"]) {
    const { steps = [], env } = jobs[cloud] ?? {};
    const mirror = env?.["MIRROR"];
    expect(mirror).toBe(night.jobs[cloud]?.env?.["REFBENCH_MIRROR"]);
    const at = steps.findIndex(({ run }) => run === 'npx refbench teardown --all --from "$MIRROR"');
    expect(steps.findIndex(({ uses = "" }) => uses.startsWith("hashicorp/setup-terraform@"))).toBeLessThan(
      at,
    );
    expect(steps[at + 1]).toMatchObject({
      if: "${{ !cancelled() }}",
      run: expect.stringContaining("refbench sweep"),
    });
    expect(night.jobs["publish"]?.steps).toContainEqual(
      expect.objectContaining({
        env: { MIRROR: mirror },
        run: 'npx refbench results import --from "$MIRROR" --store results',
      }),
    );
  }
});

test("a night without a record, and one that cannot be read, keep no other from the page", () => {
  const steps = read("nightly.yml").jobs["publish"]?.steps ?? [];
  const script = steps.find(({ run }) => run?.includes("results import"))?.run ?? "";
  const folder = mkdtempSync(join(tmpdir(), "refbench-workflow-"));
  try {
    const bash = (): string =>
      execFileSync("bash", ["-e", "-c", `npx() { echo "$@"; }\n${script}`], {
        cwd: folder,
        encoding: "utf8",
      });
    expect(bash()).toBe("");
    mkdirSync(join(folder, "nights", "night-gke-1200", "results"), { recursive: true });
    mkdirSync(join(folder, "nights", "night-eks-100"));
    expect(bash()).toBe("refbench results import nights/night-gke-1200/results --store results\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
  const after = steps.slice(steps.findIndex(({ run }) => run === script) + 1);
  expect(after).not.toHaveLength(0);
  for (const step of after) expect(step.if).toMatch(/^\$\{\{ !cancelled\(\)( && vars\.\w+ != '')? \}\}$/);
});

test("a cloud whose variables are not set is omitted, and nothing of the other cloud", () => {
  const { google, aws, publish } = read("nightly.yml").jobs;
  const sweep = read("sweep.yml").jobs;
  for (const job of [google, sweep["google"]]) expect(job?.if).toBe("vars.REFBENCH_PROJECT != ''");
  for (const job of [aws, sweep["aws"]]) expect(job?.if).toBe("vars.REFBENCH_ACCOUNT != ''");
  const of = (cloud: RegExp) =>
    publish?.steps.filter((step) => cloud.test(JSON.stringify(step))).map((step) => step.if) ?? [];
  expect(of(/GOOGLE_/)).toHaveLength(2);
  expect(of(/AWS_/)).toHaveLength(2);
  for (const condition of of(/GOOGLE_/)) expect(condition).toContain("vars.REFBENCH_PROJECT != ''");
  for (const condition of of(/AWS_/)) expect(condition).toContain("vars.REFBENCH_ACCOUNT != ''");
});

test("the systemd service calls refbench by what exists, and a stop is a Ctrl-C that waits for the teardown", () => {
  const unit = readFileSync(join(ROOT, "systemd", "refbench-nightly.service"), "utf8");
  const calls = callsIn(unit);
  expect(calls).toHaveLength(1);
  expect(calls.flatMap(unknownIn)).toEqual([]);
  expect(unit).toContain("KillSignal=SIGINT");
  expect(unit).toContain("KillMode=process");
});

test("a command or a flag that does not exist is found", () => {
  expect(callsIn("npx refbench nightly --sizes a \\\n  --bogus 1").flatMap(unknownIn)).toEqual(["--bogus"]);
  expect(callsIn("npx refbench nihgtly").flatMap(unknownIn)).toEqual(["nihgtly"]);
  expect(callsIn("npx refbench results pubish --out x").flatMap(unknownIn)).toContain("pubish");
});

describe("no package runs a script at installation", () => {
  test("by npm's settings of the checkout, whatever npm it is", () => {
    expect(readFileSync(join(ROOT, ".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
  });

  test.each([...files.map((file) => join(WORKFLOWS, file)), join(ROOT, ".ci/run")])(
    "by the command of %s",
    (file) => {
      const calls = readFileSync(file, "utf8").match(/npm ci\b.*/g) ?? [];
      for (const call of calls) expect(call).toContain("--ignore-scripts");
    },
  );
});
