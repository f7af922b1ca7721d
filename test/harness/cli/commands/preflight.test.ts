import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { preflightCommand } from "../../../../harness/cli/commands/preflight.ts";
import { KUBERNETES_CHECKS } from "../../../../harness/inventory/preflight/kubernetes/checks.ts";
import { GOOGLE_CHECKS } from "../../../../harness/inventory/preflight/google/checks.ts";
import type { PreflightReport } from "../../../../harness/inventory/preflight/report.ts";
import { licenceOf } from "../../../support/coder/licence.ts";
import { readyProject } from "../../inventory/preflight/ready-project.ts";
import { runCommand } from "./command-run.ts";

const { PATH = "" } = process.env;

async function folder(): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-preflight-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  return cwd;
}

/** Runs the command in a temporary folder, with only PATH in its environment. */
async function preflight(args: readonly string[], env: NodeJS.ProcessEnv = {}, columns?: number) {
  const cwd = await folder();
  const ended = await runCommand(preflightCommand, args, {
    cwd,
    env: { PATH, ...env },
    ...(columns === undefined ? {} : { columns }),
  });
  return { ...ended, cwd };
}

/** The text with each check in one line. */
const unwrapped = (text: string): string => text.replaceAll(/\n {20,}(?!->)/g, " ");

describe("refbench preflight --rehearse", () => {
  test("is ready, says what is simulated and what a cloud would need, and creates nothing", async () => {
    const { stdout, code, cwd } = await preflight(["gke", "--rehearse"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Preflight of gke 100 in the twin \(simulated\)/);
    expect(unwrapped(stdout)).toMatch(/^skipped +quota .*10 n2 \+ 36 e2 vCPUs/m);
    expect(stdout).toMatch(/Ready for a rehearsal/);
    expect(existsSync(join(cwd, ".refbench"))).toBe(false);
  });

  test("is versioned JSON on stdout or in a file, and says simulated", async () => {
    const { stdout, cwd } = await preflight([
      ...["gke", "--rehearse", "--size", "canary"],
      ...["--output", "json", "--output", "json:out/preflight.json"],
    ]);
    const report = JSON.parse(stdout) as PreflightReport;
    expect(report).toMatchObject({ schemaVersion: 1, simulated: true, size: "canary", outcome: "ready" });
    expect(report.checks.map(({ name }) => name)).toEqual(GOOGLE_CHECKS.map(({ name }) => name));
    const written = await readFile(join(cwd, "out/preflight.json"), "utf8");
    expect(written).toBe(stdout);
  });

  test("estimates the time of each phase and the memory of the load, in text and JSON", async () => {
    const { stdout } = await preflight(["gke", "--rehearse"], {}, 80);
    const text = stdout.replaceAll(/\s+/g, " ");
    expect(text).toMatch(/time in a real cloud .* about 58m \d\ds: provision 22m 00s, bootstrap 3m 00s, /);
    expect(text).toMatch(
      /memory of the load: about [\d,]+ MiB for 1 worker \(one worker carries it\); as measured: 129 MiB a worker/,
    );
    const json = await preflight(["gke", "--rehearse", "--output", "json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      expected: {
        time: { phases: expect.arrayContaining([{ phase: "hold", seconds: 75 }]) as unknown },
        generator: { workers: 1 },
      },
    });
  });

  test("says what the run would cost, and refuses one above its ceiling", async () => {
    const { stdout } = await preflight(["gke", "--rehearse", "--size", "canary", "--max-cost", "3"]);
    expect(stdout).toMatch(/^cost: \$0\.\d\d estimated \(simulated: nothing is billed\), at most \$3\.00; /m);
    const args = ["gke", "--rehearse", "--size", "1200", "--output", "json"];
    const report = JSON.parse((await preflight(args)).stdout) as { cost: unknown };
    expect(report.cost).toMatchObject({ basis: "simulated", estimate: { region: "us-central1" } });
    await expect(preflight([...args, "--max-cost", "3"])).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("gke 1200 is estimated at $14."),
    });
  });

  const each = (architecture: string, checks: readonly { readonly name: string }[]): readonly string[][] =>
    checks.map(({ name }) => [architecture, name]);
  test.each([...each("gke", GOOGLE_CHECKS), ...each("kubernetes", KUBERNETES_CHECKS)])(
    "%s: %s can be made to fail, with its fix",
    async (architecture = "", name = "") => {
      const { stdout, code } = await preflight([
        ...[architecture, "--rehearse", "--fail-check", name],
        ...["--output", "json"],
      ]);
      const { outcome, checks } = JSON.parse(stdout) as PreflightReport;
      expect(code).toBe(30);
      expect(outcome).toBe("failed");
      expect(checks.filter(({ state }) => state === "failed")).toEqual([
        { name, state: "failed", found: "set to fail by --fail-check", fix: expect.stringMatching(/.{10}/) },
      ]);
    },
  );

  test("for an architecture on AWS gives AWS's fixes", async () => {
    const { stdout } = await preflight(["eks", "--rehearse", "--fail-check", "kubernetes-version"]);
    expect(stdout).toMatch(/-> aws eks describe-cluster-versions --region us-east-2/);
  });

  test("has no line above 80 columns but one that is to be pasted, and breaks no name", async () => {
    const { stdout } = await preflight(
      ["gke", "--rehearse", "--size", "1200", "--fail-check", "identity"],
      {},
      80,
    );
    const lines = stdout.split("\n");
    for (const line of lines)
      if (/\S .*\S \S/.test(line) && !line.includes("->")) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(lines.length).toBeLessThan(40);
    expect(stdout).toMatch(/ghcr\.io\/coder\/coder:v\d+\.\d+\.\d+,?\s/);
  });

  test("shows a failure's fix below it", async () => {
    const { stdout } = await preflight(["gke", "--rehearse", "--fail-check", "apis,leftovers"]);
    expect(stdout).toMatch(
      /^FAILED +leftovers +set to fail by --fail-check\n +-> refbench sweep --rehearse$/m,
    );
    expect(stdout).toMatch(/Not ready: apis, leftovers failed/);
  });

  test("simulates the licence of a licensed size, and looks at one that is given", async () => {
    expect(unwrapped((await preflight(["gke", "--rehearse", "--size", "1200"])).stdout)).toMatch(
      /^skipped +licence .*simulates/m,
    );
    const REFBENCH_LICENCE = licenceOf({ version: 3, exp: 1_700_000_000 });
    const { stdout, code } = await preflight(["gke", "--rehearse", "--size", "1200"], { REFBENCH_LICENCE });
    expect(code).toBe(30);
    expect(stdout).toMatch(/^FAILED +licence .*expired on 2023-11-14/m);
    expect(stdout).not.toContain(REFBENCH_LICENCE.split(".")[1]);
  });

  test("reads a licence from its file", async () => {
    const cwd = await folder();
    await writeFile(join(cwd, "licence"), "planted");
    const args = ["gke", "--rehearse", "--size", "1200", "--licence-file", "licence"];
    const { stdout } = await runCommand(preflightCommand, args, { cwd, env: { PATH } });
    expect(stdout).toMatch(/^FAILED +licence .*is not a Coder licence/m);
    expect(stdout).not.toContain("planted");
  });
});

describe("refbench preflight --project", () => {
  test("asks the cloud that the endpoints name, and fails if something is missing", async () => {
    await using ready = await readyProject();
    ready.google.project.services = ["compute"];
    const variables = {
      compute: "COMPUTE",
      container: "CONTAINER",
      sql: "SQL",
      iam: "IAM",
      secretManager: "SECRET_MANAGER",
      dns: "DNS",
      resourceManager: "RESOURCE_MANAGER",
      cloudAsset: "CLOUD_ASSET",
      serviceUsage: "SERVICE_USAGE",
      oauth2: "OAUTH2",
      monitoring: "MONITORING",
    } as const;
    const custom = Object.entries(variables).map(([api, name]) => [
      `GOOGLE_${name}_CUSTOM_ENDPOINT`,
      ready.endpoints[api as keyof typeof variables],
    ]);
    const { stdout, code } = await preflight(
      [
        ...["gke", "--project", "some-project", "--output", "json"],
        ...["--skip-preflight", "artefacts,marker"],
      ],
      {
        ...(Object.fromEntries(custom) as NodeJS.ProcessEnv),
        GOOGLE_STORAGE_CUSTOM_ENDPOINT: ready.endpoints.compute,
        GOOGLE_OAUTH_ACCESS_TOKEN: "a-token",
      },
    );
    const report = JSON.parse(stdout) as PreflightReport;
    const states = Object.fromEntries(report.checks.map(({ name, state }) => [name, state]));
    expect(report).toMatchObject({ simulated: false, project: "some-project", outcome: "failed" });
    expect(states).toMatchObject({
      identity: "ok",
      apis: "failed",
      artefacts: "skipped",
      credential: "failed",
    });
    expect(code).toBe(30);
    expect(stdout).not.toContain("a-token");
  });
});

describe("a wrong flag is refused before anything is asked", () => {
  test.each([
    [["gke"], /--project is missing/],
    [["eks"], /--account is missing/],
    [["eks", "--account", "12"], /expected the twelve digits/],
    [["eks", "--account", "123456789012", "--skip-preflight", "quota"], /only allowed for an emulated cloud/],
    [
      ["gke", "--rehearse", "--fail-check", "weather"],
      /--fail-check must contain names of terraform, .*; got "weather"/,
    ],
    [["gke", "--project", "p", "--fail-check", "quota"], /only a rehearsal has/],
    [["gke", "--project", "some-project", "--skip-preflight", "quota"], /only allowed for an emulated cloud/],
    [
      ["gke", "--rehearse", "--skip-preflight", "quota"],
      /--skip-preflight cannot be combined with --rehearse/,
    ],
    [["gke", "--rehearse", "--output", "markdown"], /--output must be text or json/],
    [["gke", "--rehearse", "--size", "900"], /size is "900", expected one of/],
    [["gke", "--rehearse", "--cluster-cidr", "198.51.100.0/24"], /--cluster-cidr .* gke has none/],
    [["gke", "--rehearse", "--region", "europe-west4"], /--region cannot be combined with --rehearse/],
    [["eks", "--account", "123456789012", "--project", "p"], /--project is not AWS's/],
    [["gke", "--project", "some-project", "--zone", "us-east1-zz"], /--zone is "us-east1-zz"/],
    [["nowhere", "--rehearse"], /architecture is "nowhere"/],
    [["gke", "--rehearse", "--licence-file", "nowhere"], /--licence-file is "nowhere", which cannot be read/],
  ])("%j", async (args, words) => {
    await expect(preflight(args)).rejects.toThrow(words);
  });
});
