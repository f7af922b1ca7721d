import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../../../harness/cli/main.ts";
import { recordSchema } from "../../../../harness/model/record.ts";
import { addPerson, startEmulatedCoder } from "../../../support/emulated-coder.ts";
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

async function refbench(
  coder: { readonly url: string; readonly token: string },
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new CapturedStream(), new CapturedStream()];
  const env = { PATH: process.env["PATH"], HOME: cwd, CODER_SESSION_TOKEN: coder.token };
  const code = await main([...args, "--url", coder.url], { stdout, stderr, env, cwd });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

describe("create-workspaces", () => {
  test("the seed's command passes, says where and what, and leaves nothing behind", async () => {
    await using coder = await startEmulatedCoder();
    const ended = await refbench(coder, [...SEED, ...SHORT, "--output", "json"]);

    expect(ended.code, ended.stderr).toBe(0);
    const record = recordSchema.parse(JSON.parse(ended.stdout));
    expect(record).toMatchObject({
      simulated: true,
      verdict: "pass",
      deployment: { url: coder.url, inUse: [] },
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
    const [again = ""] = /^ {2}refbench (loadtest .*)$/m.exec(refused.stderr)?.slice(1) ?? [];
    expect(again).toContain("--run-command 'sleep 0.01 && echo hello'");
    const id = /--deployment-id (\S+)$/.exec(again)?.[1] ?? "";
    const went = await refbench(coder, [...SEED, ...SHORT, "--deployment-id", id, "--output", "json"]);
    expect(went.code, went.stderr).toBe(0);
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

  test("what cannot work is refused with the next step before anything is created", async () => {
    await using coder = await startEmulatedCoder();
    const create = (...args: string[]) => refbench(coder, ["scaletest", "create-workspaces", ...args]);
    const refusals: readonly [readonly string[], RegExp][] = [
      [["-t", "nomad"], /--template is "nomad", which \S+ does not have: expected one of kubernetes/],
      [
        ["-t", "kubernetes", "--parameter", "disk=1"],
        /"disk" is no parameter of it, expected "home_disk_size"/,
      ],
      [
        ["-t", "kubernetes", "--parameter", "home_disk_size=big"],
        /"home_disk_size" is "big", expected a number/,
      ],
      [["-t", "kubernetes", "--organization", "acme"], /--organization is "acme", expected one of coder/],
      [["-t", "kubernetes", "--preset", "large"], /--preset is "large", expected none/],
      [["-t", "kubernetes", "--trace"], /--trace means nothing to refbench: it sends no traces/],
      [["-t", "kubernetes", "--connect-url", "http://x"], /say how many with --connections/],
      [["-t", "kubernetes", "--token", "secret"], /--token is refused: everyone on this machine/],
      [["-t", "kubernetes", "--ramp", "10s"], /give the rate with --rate/],
      [["-t", "kubernetes", "--count", "0"], /--count is "0", expected a whole number from 1/],
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
