import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const SCRIPTS = join(ROOT, "scripts/hosted-nights");
const WHERE = ["--repository", "me/bench", "--bucket", "my-nights"];
const CLOUDS = [
  { script: "google.sh", tool: "gcloud", place: ["--project", "my-benchmarks", ...WHERE] },
  { script: "aws.sh", tool: "aws", place: ["--account", "123456789012", ...WHERE] },
] as const;

/** Runs a script with a stand-in for the cloud's program: it notes its calls, answers questions, or finds nothing. */
async function run(
  script: string,
  args: readonly string[],
  { finds = true, refusedBindings = 0 }: { finds?: boolean; refusedBindings?: number } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "refbench-nights-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const log = join(folder, "calls");
  await writeFile(log, "");
  const tool = `#!/bin/sh
echo "$*" >>${log}
case "$*" in
  *get-caller-identity*) echo 123456789012 ;;
  "api repos/me/bench "*) echo "7 8" ;;
  *add-iam-policy-binding*) [ "$(grep -c binding ${log})" -gt ${refusedBindings} ] ;;
  *"--query ClientIDList"*) echo "other sts.amazonaws.com" | tr ' ' '\t'; exit ${finds ? 0 : 1} ;;
  *"projects describe"*) echo 42 ;;
  *" describe "* | *" get-role "* | *head-bucket* | *get-open-id*) exit ${finds ? 0 : 1} ;;
esac
`;
  const programs = { gcloud: tool, aws: tool, gh: tool, sleep: "#!/bin/sh\n" };
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
  const { exitCode, stdout, stderr } = await execa(join(SCRIPTS, script), args, {
    env: { PATH: `${folder}:${process.env["PATH"]}` },
    reject: false,
  });
  const calls = (await readFile(log, "utf8")).split("\n").filter((line) => line !== "");
  return { exitCode, stdout, stderr, calls };
}

/** Words of calls that make something new. */
const MAKES = / (create|create-oidc|create-role|create-bucket|create-open-id-connect-provider) /;

test.each(CLOUDS)(
  "$script --dry-run prints what it would do and calls nothing",
  async ({ script, tool, place }) => {
    const { exitCode, stderr, calls } = await run(script, [...place, "--dry-run"]);
    expect({ exitCode, calls }).toEqual({ exitCode: 0, calls: [] });
    expect(stderr.split("\n").filter((line) => MAKES.test(line)).length).toBeGreaterThan(4);
    for (const line of stderr.split("\n")) expect(line).toMatch(new RegExp(`^\\+ ${tool} `));
  },
);

test.each(CLOUDS)(
  "$script does what its dry run printed, and again makes nothing",
  async ({ script, place }) => {
    const dry = await run(script, [...place, "--dry-run"]);
    const first = await run(script, place, { finds: false });
    const again = await run(script, place);
    expect(first.exitCode).toBe(0);
    const known = { PROJECT_NUMBER: "42", OWNER_ID: "7", REPOSITORY_ID: "8" };
    const expected = Object.entries(known).reduce(
      (text, [name, id]) => text.replaceAll(name, id),
      dry.stderr,
    );
    expect(first.stderr).toBe(expected);
    expect(again.exitCode).toBe(0);
    expect(again.calls.filter((call) => MAKES.test(` ${call} `))).toEqual([]);
  },
);

test("the scripts' output sets every variable of the page, and no other", async () => {
  const printed = await Promise.all(CLOUDS.map(({ script, place }) => run(script, [...place, "--dry-run"])));
  const set = printed.flatMap(({ stdout }) =>
    [...stdout.matchAll(/^gh variable set (\w+) --repo me\/bench --body '\S+'$/gm)].map(([, name]) => name),
  );
  const page = await readFile(join(ROOT, "docs/hosted-nights.md"), "utf8");
  const rows = [...page.matchAll(/^\| `(\w+)` +\| variable /gm)].map(([, name]) => name);
  expect(set.toSorted()).toEqual(rows.toSorted());
});

test("AWS's policies are JSON", async () => {
  const { calls } = await run("aws.sh", CLOUDS[1].place, { finds: false });
  const documents = calls.flatMap((call) => /policy(?:-document)? (\{.*\})$/.exec(call)?.[1] ?? []);
  expect(documents.length).toBeGreaterThan(5);
  for (const document of documents) expect(JSON.parse(document)).toHaveProperty("Statement");
});

test.each([
  [false, "create-role"],
  [true, "update-assume-role-policy"],
])(
  "AWS trusts a repository by its name and by its numbers, and the job that publishes by its environment (roles exist: %s)",
  async (finds, command) => {
    const { calls } = await run("aws.sh", [...CLOUDS[1].place, "--branch", "nights"], { finds });
    const trust = (name: string): string =>
      calls.find((call) => call.includes(`${command} --role-name refbench-${name} `)) ?? "";
    expect(trust("publish")).toContain(
      '["repo:me/bench:environment:github-pages","repo:me@7/bench@8:environment:github-pages"]',
    );
    for (const name of ["night", "sweep"]) {
      expect(trust(name)).toContain(
        '["repo:me/bench:ref:refs/heads/nights","repo:me@7/bench@8:ref:refs/heads/nights"]',
      );
    }
  },
);

test.each([
  [false, "create-oidc"],
  [true, "update-oidc"],
])(
  "Google trusts a repository by its number and a branch that may change (provider exists: %s)",
  async (finds, command) => {
    const { calls } = await run("google.sh", [...CLOUDS[0].place, "--branch", "nights"], { finds });
    const provider = calls.find((call) => call.includes(` providers ${command} github `));
    expect(provider).toContain("assertion.repository_id == '8' && assertion.ref == 'refs/heads/nights'");
    const members = calls.filter((call) => call.includes("principalSet:"));
    expect(members).toHaveLength(3);
    for (const member of members) expect(member).toContain("/attribute.repository_id/8");
  },
);

test("an identity that Google does not accept in a policy yet is tried again for a minute", async () => {
  const { exitCode, stderr } = await run("google.sh", CLOUDS[0].place, { refusedBindings: 6 });
  expect(exitCode).toBe(0);
  expect(stderr).toContain("attempt 6 of 7 failed; next in 10 seconds");
  expect((await run("google.sh", CLOUDS[0].place, { refusedBindings: 7 })).exitCode).toBe(1);
});

test.each(CLOUDS)(
  "$script ends before anything is made if GitHub does not report the repository",
  async (cloud) => {
    const place = cloud.place.map((word) => (word === "me/bench" ? "you/bench" : word));
    const { exitCode, stderr, calls } = await run(cloud.script, place, { finds: false });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("cannot read the repository you/bench from GitHub");
    expect(calls.filter((call) => MAKES.test(` ${call} `))).toEqual([]);
  },
);

test.each([
  ["google.sh", ["--project", "My Project", ...WHERE], '--project is "My Project", expected a project\'s id'],
  ["google.sh", [...CLOUDS[0].place, "--repository", "x'; rm -rf"], "--repository is"],
  ["aws.sh", ["--account", "12", ...WHERE], '--account is "12", expected the twelve digits'],
  ["aws.sh", ["--account", "123456789012\nx", ...WHERE], "expected the twelve digits"],
  ["aws.sh", [...CLOUDS[1].place, "--force"], "unknown word: --force"],
  ["aws.sh", ["--account"], "a value is missing"],
])("%s %j is refused, and nothing is called", async (script, args, message) => {
  const { exitCode, stderr, calls } = await run(script, args);
  expect({ exitCode, calls }).toEqual({ exitCode: 2, calls: [] });
  expect(stderr).toContain(message);
});

const { failed: lacksShellcheck } = await execa("shellcheck", ["--version"], { reject: false });

test.skipIf(lacksShellcheck)("shellcheck reports nothing (skipped if it is not on PATH)", async () => {
  const scripts = ["google.sh", "aws.sh", "results-branch.sh", "steps.sh"];
  await execa("shellcheck", ["--external-sources", "--source-path", SCRIPTS, ...scripts], { cwd: SCRIPTS });
});

test("the branch of the results is made once, as an orphan whose files git leaves as they are", async () => {
  const folder = await mkdtemp(join(tmpdir(), "refbench-branch-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const git = execa({ cwd: folder, env: { GIT_CONFIG_GLOBAL: "/dev/null" } });
  await git`git init --quiet --bare remote`;
  await git`git init --quiet clone`;
  const inClone = execa({ cwd: join(folder, "clone"), env: { GIT_CONFIG_GLOBAL: "/dev/null" } });
  await inClone`git remote add origin ../remote`;
  const script = join(SCRIPTS, "results-branch.sh");
  await inClone`${script} --dry-run`;
  const branches = async () => (await inClone`git ls-remote origin`).stdout;
  expect(await branches()).toBe("");
  await inClone`${script}`;
  const made = await branches();
  expect(made).toMatch(/refs\/heads\/results$/);
  await inClone`${script}`;
  expect(await branches()).toBe(made);
  const inRemote = execa({ cwd: join(folder, "remote") });
  expect((await inRemote`git show results:.gitattributes`).stdout).toBe("* -text");
});
