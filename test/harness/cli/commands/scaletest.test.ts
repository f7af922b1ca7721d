import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTlsFront } from "../../../support/network/tls-front.ts";
import { Refbench } from "../../../support/command/refbench-process.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../../../harness/cli/main.ts";
import { recordSchema } from "../../../../harness/model/record/record.ts";
import { startFaultProxy } from "../../../support/network/fault-proxy.ts";
import { addPerson, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { type FakeBinaryOptions, writeFakeBinary } from "../../../support/coder/fake-coder-binary.ts";
import { CapturedStream } from "../progress/captured-stream.ts";

/** The seed's command as it is typed, `refbench` for `coder`, with fewer workspaces. */
const SEED = [
  "loadtest",
  "create-workspaces",
  ...["--count", "3", "--template", "kubernetes"],
  ...["--concurrency", "0", "--cleanup-concurrency", "0", "--parameter", "home_disk_size=10"],
  ...["--run-command", "sleep 0.01 && echo hello", "--connect-timeout", "10s"],
];
const SHORT = ["--connect-hold", "100ms", "--connect-interval", "100ms"];

let cwd: string;
beforeAll(async () => (cwd = await mkdtemp(join(tmpdir(), "refbench-scaletest-"))));
afterAll(() => rm(cwd, { recursive: true, force: true }));

interface At {
  readonly url: string;
  readonly token: string;
}

/** The environment that a shell would give the command. */
const environmentOf = ({ url, token }: At) => ({
  PATH: process.env["PATH"],
  HOME: cwd,
  CODER_URL: url,
  CODER_SESSION_TOKEN: token,
});

async function refbench(
  coder: At,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new CapturedStream(), new CapturedStream()];
  const env = environmentOf(coder);
  const code = await main([...args, "--url", coder.url], { stdout, stderr, env, cwd });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

describe("create-workspaces", () => {
  test("the seed's command passes, names place and load, and leaves nothing behind", async () => {
    await using coder = await startEmulatedCoder();
    const ended = await refbench(coder, [...SEED, ...SHORT, "--output", "json"]);

    expect(ended.code, ended.stderr).toBe(0);
    const record = recordSchema.parse(JSON.parse(ended.stdout));
    expect(record).toMatchObject({
      simulated: true,
      verdict: "pass",
      deployment: {
        url: coder.url,
        inUse: [],
        given: ["create-workspaces", ...SEED.slice(2), ...SHORT],
      },
      measurements: { workspaces: { succeeded: 3, deleted: 3 }, connections: { held: 3, verified: 3 } },
      teardown: { state: "clean" },
    });
    expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
    const text = ended.stderr.replaceAll(/\s+/g, " ");
    expect(text).toContain(`Deployment ${coder.url}`);
    expect(text).toContain(
      "create 3 users and 3 workspaces from kubernetes (home_disk_size=10), all at once",
    );
    expect(text).toContain(`refbench scaletest cleanup --url ${coder.url} --run ${record.runId.slice(-12)}`);
  });

  test("a deployment in use by others is left alone until its id is given, as the refusal says", async () => {
    await using coder = await startEmulatedCoder();
    await addPerson(coder, "ann", { workspace: "dev" });

    const refused = await refbench(coder, [...SEED, ...SHORT]);

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("1 other user; 1 workspace that refbench did not make");
    const [again = ""] = /^ +refbench (loadtest .*)$/m.exec(refused.stderr)?.slice(1) ?? [];
    expect(again).toContain("--run-command 'sleep 0.01 && echo hello'");
    const id = /--deployment-id (\S+)$/.exec(again)?.[1] ?? "";
    const meant = await refbench(coder, [...SEED, ...SHORT, "--deployment-id", id, "--dry-run"]);
    expect(meant.code, meant.stderr).toBe(0);
    expect(meant.stderr).toMatch(/^Takes +about .*builds/m);
    expect(meant.stderr).toMatch(/^Memory +about \d+ MiB for 1 worker/m);
    const json = await refbench(coder, [
      ...[...SEED, ...SHORT, "--deployment-id", id],
      ...["--dry-run", "--output", "json"],
    ]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ...{ schemaVersion: 1, coder: coder.url, dryRun: true },
      expected: { time: { totalSeconds: expect.any(Number) as unknown }, generator: { workers: 1 } },
    });
    expect(await coder.names()).toMatchObject({ workspaces: ["dev"], users: ["ann"] });
    const another = await refbench(coder, [...SEED, "--deployment-id", "other"]);
    expect(another.code).toBe(2);
    expect(another.stderr).toContain(`--deployment-id is "other", but ${coder.url} is deployment ${id}`);
  });

  test("an output that cannot be written comes after the cleanup, and the record is kept", async () => {
    await using coder = await startEmulatedCoder();
    const ended = await refbench(coder, [...SEED, ...SHORT, "--output", "json:/dev/null/result.json"]);

    expect(ended.code).toBe(20);
    expect(ended.stderr).toContain("cannot write the result to /dev/null/result.json");
    const [, kept = ""] = /the record is kept in (\S+)/.exec(ended.stderr) ?? [];
    expect(recordSchema.parse(JSON.parse(await readFile(kept, "utf8")))).toMatchObject({ verdict: "pass" });
    expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
  });

  test("impossible flags are refused with the next step before anything is created", async () => {
    await using coder = await startEmulatedCoder();
    const create = (...args: string[]) => refbench(coder, ["scaletest", "create-workspaces", ...args]);
    const refusals: readonly [readonly string[], RegExp][] = [
      [["-t", "nomad"], /--template is "nomad", which \S+ does not have: expected one of kubernetes/],
      [
        ["-t", "kubernetes", "--parameter", "disk=1"],
        /"disk" is not a parameter of it with these values, expected "home_disk_size"/,
      ],
      [["-t", "kubernetes", "--parameter", "home_disk_size=big"], /"home_disk_size"/],
      [["-t", "kubernetes", "--organization", "acme"], /--organization is "acme", expected one of coder/],
      [["-t", "kubernetes", "--preset", "large"], /--preset is "large", expected none/],
      [["-t", "kubernetes", "--trace"], /--trace needs a collector: set OTEL_EXPORTER_OTLP_ENDPOINT/],
      [["-t", "kubernetes", "--connect-url", "http://x"], /use --connections and --ssh-share/],
      [["-t", "kubernetes", "--token", "secret"], /--token is refused: everyone on this machine/],
      [["-t", "kubernetes", "--ramp", "10s"], /give the rate with --rate/],
      [["-t", "kubernetes", "--count", "0"], /--count must be a whole number from 1 to 100000; got "0"/],
      [["-t", "kubernetes", "--app", "wsec"], /no app "wsec", it has none: add a coder_app/],
      [["-t", "kubernetes", "--app", "wsec", "--app-by", "subdomain", "--dry-run"], /no app "wsec"/],
      [["-t", "kubernetes", "--header", "=x"], /--header has a value without a name/],
    ];
    for (const [args, why] of refusals) {
      const { code, stderr } = await create(...args);
      expect(stderr).toMatch(why);
      expect(code).toBe(2);
      expect(stderr).not.toContain("secret");
    }
    expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
    expect((await readdir(cwd)).filter((name) => name.includes("result"))).toEqual([]);
  });
});

describe("with Coder's own utility", () => {
  const both = async (coder: At, options: FakeBinaryOptions, ...more: readonly string[]) => {
    await using binary = await writeFakeBinary(options);
    const args = [...SEED, ...SHORT, "--engine", "both", "--coder-binary", binary.path, ...more];
    return await refbench(coder, args);
  };

  test("a load that its traffic would take beyond what the load makes is refused before anything is created", async () => {
    await using coder = await startEmulatedCoder();
    await addPerson(coder, "scaletest-ann", { workspace: "scaletest-old" });
    const { code, stderr } = await both(coder, {});
    expect(code).toBe(2);
    expect(stderr).toContain("1 workspaces named scaletest-… already exist, such as scaletest-old");
    expect(await coder.names()).toMatchObject({ workspaces: ["scaletest-old"], users: ["scaletest-ann"] });
  });

  test("a utility that ends without a report fails its own load, beside the other one, and both records are kept", async () => {
    await using coder = await startEmulatedCoder();
    const { code, stdout, stderr } = await both(coder, { dies: "no such luck" });
    expect(code, stderr).not.toBe(0);
    expect(stdout).toContain("refbench (pass, run");
    const records = [...stderr.matchAll(/its record is (\S+)/g)].map(([, file]) => readFile(file!, "utf8"));
    const kept = (await Promise.all(records)).map((text) => recordSchema.parse(JSON.parse(text)).verdict);
    expect(kept).toEqual(["pass", expect.not.stringMatching("pass")]);
    expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
  });
});

describe("a deployment that cannot be reached as asked", () => {
  const dryRun = ["scaletest", "create-workspaces", "-t", "kubernetes", "--dry-run"];

  test("no answer, an old session and another URL each say what to do", async () => {
    await using coder = await startEmulatedCoder();
    const nobody = await refbench({ ...coder, url: "http://127.0.0.1:1" }, dryRun);
    expect(nobody.code).toBe(30);
    expect(nobody.stderr).toContain("http://127.0.0.1:1 does not answer");
    const old = await refbench({ ...coder, token: "abcdefghij-0123456789012345678901" }, dryRun);
    expect(old.code).toBe(2);
    expect(old.stderr).toContain(`log in again with "coder login ${coder.url}"`);
    expect(old.stderr).not.toContain("0123456789012345678901");
    const bad = await refbench({ ...coder, url: "coder.example.com" }, dryRun);
    expect(bad.stderr).toContain('--url is "coder.example.com", expected a URL such as https://');
  });

  test("a certificate of a private CA is trusted once its file is given", async () => {
    await using coder = await startEmulatedCoder();
    await using front = await startTlsFront(coder.url);
    const refused = await refbench({ ...coder, url: front.url }, dryRun);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("add the CA that issued it with --ca-file");
    const caFile = join(cwd, "ca.pem");
    await writeFile(caFile, front.caPem);
    const trusted = await refbench({ ...coder, url: front.url }, [...dryRun, "--ca-file", caFile]);
    expect(trusted.code, trusted.stderr).toBe(0);
    expect(trusted.stderr).toContain("dry run: nothing was created");
    expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
  });

  test("a user who is not a site admin learns what to do, and leaves nothing behind either", async () => {
    await using coder = await startEmulatedCoder();
    const bob = await coder.siteAdmin.mintToken(await addPerson(coder, "bob"), "bobs-own");
    const member = { url: coder.url, token: bob.ok ? bob.value.key : "" };
    const refused = await refbench(member, [...SEED, ...SHORT]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("bob is not a site admin");
    expect(refused.stderr).toContain("--use-host-login");
    const info = await coder.siteAdmin.buildInfo();
    const id = info.ok ? info.value.deployment_id : "";
    const host = [...SEED, ...SHORT, "--use-host-login", "--deployment-id", id, "--output", "json"];
    const went = await refbench(member, host);
    expect(went.code, went.stderr).toBe(0);
    expect(JSON.parse(went.stdout)).toMatchObject({ teardown: { state: "clean" } });
    expect(await coder.names()).toMatchObject({ workspaces: [], users: ["bob"] });
  });
});

test("traffic runs over connections to kept workspaces; cleanup then deletes them by their run", async () => {
  await using coder = await startEmulatedCoder();
  const kept = ["--no-cleanup", "--connections", "0", "--output", "json"];
  const made = await refbench(coder, [...SEED, ...kept]);
  expect(made.code, made.stderr).toBe(0);
  const { runId } = recordSchema.parse(JSON.parse(made.stdout));
  const traffic = ["loadtest", "workspace-traffic", "--target-workspaces"];

  const beyond = await refbench(coder, [...traffic, "0:9"]);
  expect(beyond.stderr).toContain('--target-workspaces is "0:9", but 3 workspaces match');
  const nowhere = await refbench(coder, [...traffic, "1:3", "--app", "wsec", "--app-by", "subdomain"]);
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining("no wildcard host")]);
  const held = await refbench(coder, [
    ...traffic,
    "1:3",
    "--ssh-share",
    "0.5",
    "--connect-hold",
    "1s",
    "--output",
    "json",
  ]);
  expect(held.code, held.stderr).toBe(0);
  const { measurements } = recordSchema.parse(JSON.parse(held.stdout));
  expect(measurements).toMatchObject({
    workspaces: { asked: 2, created: 0 },
    connections: { heldTerminal: 1, heldSsh: 1 },
  });
  expect(measurements?.connections.bytes?.sent).toBeGreaterThan(2 * 1024);
  expect((await coder.names()).tokens).toEqual([]);

  await addPerson(coder, "bench-0123456789ab-0", { email: "bench-0123456789ab-0@refbench.test" });
  const which = await refbench(coder, ["scaletest", "cleanup"]);
  expect(which.code).toBe(2);
  expect(which.stderr).toContain(`refbench scaletest cleanup --url ${coder.url} --run ${runId.slice(-12)}`);
  const listed = await refbench(coder, ["scaletest", "cleanup", "--dry-run"]);
  expect(listed.stdout).toContain("would delete 3 workspaces, 4 users, 0 tokens of 2 runs");
  const cleaned = await refbench(coder, ["scaletest", "cleanup", "--run", runId]);
  expect(cleaned).toMatchObject({
    code: 0,
    stdout: `${coder.url}: 3 workspaces, 3 users, 0 tokens deleted, nothing is left\n`,
  });
  expect(await coder.names()).toMatchObject({ workspaces: [], users: ["bench-0123456789ab-0"] });
});

test.each([
  ["the tokens", /^GET \S+\/keys\/tokens /],
  ["the users", /^GET \/api\/v2\/users\?/],
  ["the workspaces", /^GET \/api\/v2\/workspaces\?/],
])(
  "a cleanup that cannot list %s reports it, ends as unverified and names the next step",
  async (what, match) => {
    await using coder = await startEmulatedCoder();
    await addPerson(coder, "bench-0123456789ab-0", { email: "bench-0123456789ab-0@refbench.test" });
    await using proxy = await startFaultProxy({
      target: coder.url,
      rules: [{ match, fault: { kind: "answer", status: 403 } }],
    });
    const at = { url: proxy.url, token: coder.token };
    const words = ["scaletest", "cleanup", "--run", "0123456789ab"];
    for (const args of [[...words, "--dry-run"], words]) {
      const { code, stdout } = await refbench(at, args);
      expect(code, stdout).toBe(41);
      expect(stdout).toMatch(new RegExp(`It is not known what remains:\n  ${what} cannot be listed: .*403`));
      expect(stdout).toContain(`  refbench scaletest cleanup --url ${proxy.url} --run 0123456789ab`);
      expect(stdout).not.toMatch(/nothing/);
    }
    const unnamed = await refbench(at, ["scaletest", "cleanup"]);
    expect([unnamed.code, unnamed.stderr]).toEqual([
      41,
      expect.stringContaining("nothing was deleted; name the"),
    ]);
  },
);

describe("Ctrl-C", () => {
  const long = [...SEED, "--connect-hold", "10m", "--output", "json"];

  test("stops the load, deletes what it made, and reports it; a second one exits at once with the next step", async () => {
    await using coder = await startEmulatedCoder();
    const load = new Refbench(cwd, long, environmentOf(coder));
    await load.says(/load: holding/);
    load.kill("SIGINT");
    const stopped = await load.ended;
    expect(stopped.code, stopped.stderr).toBe(61);
    expect(stopped.stderr).toContain("stopping; everything that was created is deleted");
    expect(JSON.parse(stopped.stdout)).toMatchObject({
      verdict: "interrupted",
      teardown: { state: "clean" },
    });
    expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });

    const left = new Refbench(cwd, long, environmentOf(coder));
    await left.says(/load: holding/);
    left.kill("SIGINT");
    await left.says(/stopping/);
    left.kill("SIGINT");
    const ended = await left.ended;
    expect(ended.code, ended.stderr).toBe(41);
    const [, next = ""] = /^ {2}.*refbench\S* (scaletest cleanup .*)$/m.exec(ended.stderr) ?? [];
    expect((await refbench(coder, next.split(" "))).code).toBe(0);
    expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
  }, 60_000);
});
