import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";

const SCRIPT = join(import.meta.dirname, "../../scripts/with-cluster.sh");

/** What the stand-in for the cluster's script does at "up". */
const UP = {
  works: 'echo "export KUBECONFIG=/a/kubeconfig"',
  fails: 'echo "cluster: installing etcd-server" >&2; exit 100',
  hangs: "exec sleep 60",
};

/** Runs a command with a stand-in for the cluster's script, which notes its calls. */
async function withCluster(up: keyof typeof UP, command: string, { isRunning = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "refbench-with-cluster-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const log = join(folder, "calls");
  await writeFile(log, "");
  if (isRunning) {
    await mkdir(join(folder, "home/run"), { recursive: true });
    await writeFile(join(folder, "home/run/api.pid"), String(process.pid));
  }
  const note = `#!/bin/sh\necho $(basename $0) $1 >>${log}\n`;
  const programs = {
    cluster: `${note}[ "$1" != up ] || { ${UP[up]}; }\n`,
    npm: note,
    task: `${note}echo "kubeconfig: $REFBENCH_TEST_KUBECONFIG"\n${command}\n`,
  };
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
  const env = {
    PATH: `${folder}:${process.env["PATH"]}`,
    CLUSTER_HOME: join(folder, "home"),
    CLUSTER_SECONDS: up === "hangs" ? "1" : "30",
    REFBENCH_TEST_KUBECONFIG: "",
  };
  const child = execa(SCRIPT, [join(folder, "cluster"), "task"], { env, reject: false });
  const calls = async () => (await readFile(log, "utf8")).trim().split("\n");
  return { child, calls };
}

test("the command gets a cluster that was started for it, which then ends", async () => {
  const { child, calls } = await withCluster("works", "exit 0");
  expect(await child).toMatchObject({ exitCode: 0, stdout: "kubeconfig: /a/kubeconfig", stderr: "" });
  expect(await calls()).toEqual(["cluster up", "npm run", "task", "cluster down"]);
});

test("the command's failure is the script's, and the cluster ends after it too", async () => {
  const { child, calls } = await withCluster("works", "exit 7");
  expect(await child).toMatchObject({ exitCode: 7 });
  expect((await calls()).at(-1)).toBe("cluster down");
});

test("a cluster that runs already is used, and neither started again nor ended", async () => {
  const { child, calls } = await withCluster("works", "exit 0", { isRunning: true });
  expect((await child).stdout).toMatch(/^kubeconfig: .*\/home\/run\/admin.kubeconfig$/);
  expect(await calls()).toEqual(["npm run", "task"]);
});

test.each(["fails", "hangs"] as const)(
  "where the cluster's start %s, the command runs without it and stderr says so",
  async (up) => {
    const { child, calls } = await withCluster(up, "exit 0");
    const { exitCode, stdout, stderr } = await child;
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "kubeconfig: " });
    expect(stderr).toContain("tests on a real cluster: skipped, because");
    if (up === "fails") expect(stderr).toContain("installing etcd-server");
    // Half a cluster may run.
    expect(await calls()).toEqual(["cluster up", "task", "cluster down"]);
  },
);

test("without the cluster's script, the command runs and stderr says what was skipped", async () => {
  const { exitCode, stdout, stderr } = await execa(SCRIPT, ["/missing/cluster", "echo", "done"]);
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 0,
    stdout: "done",
    stderr: "tests on a real cluster: skipped, because /missing/cluster does not exist",
  });
});

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("after %s the command and the cluster end", async (signal, code) => {
  const { child, calls } = await withCluster("works", "exec sleep 60");
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.kill(signal);
  expect(await child).toMatchObject({ exitCode: code });
  expect((await calls()).at(-1)).toBe("cluster down");
});
