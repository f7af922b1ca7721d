import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { runnerScript } from "../../stacks/runner/runner-script.ts";

const SCRIPT = resolve(import.meta.dirname, "../../stacks/google/startup/coder.sh");

/** Runs one step of the start-up in a temporary folder with stand-ins for all its programs, one of which fails. */
async function runStep(step: string, failing: string): Promise<number> {
  const root = await mkdtemp(join(tmpdir(), "refbench-startup-"));
  for (const folder of ["etc/docker", "etc/systemd/system", "etc/postgresql/16/main/conf.d"])
    await mkdir(join(root, folder), { recursive: true });
  const script = (await readFile(SCRIPT, "utf8")).replaceAll(/(?<=[\s"])\/(?=etc\/|usr\/)/g, `${root}/`);
  const body = new RegExp(`^${step}\\(\\) \\{$[^]*?^\\}$(?=\\n\\n)`, "m").exec(script)?.[0] ?? "false";
  const programs = ["apt-get", "systemctl", "usermod", "docker", "runuser", "attribute"];
  const { exitCode } = await execa("bash", ["-s"], {
    input: [
      "set -euo pipefail",
      ...programs.map((name) => `${name}() { case "$FUNCNAME $*" in ${failing}) return 1;; esac; echo 16; }`),
      body,
      // The script has the step in such a place too, and there bash continues after a command that failed.
      `${step} && exit 0`,
      "exit 1",
    ].join("\n"),
    reject: false,
  });
  return exitCode ?? -1;
}

test("the Docker step succeeds only if all of its commands do", async () => {
  expect(await runStep("install_docker", "nothing")).toBe(0);
});

test.each(["apt-get*", "systemctl*restart*docker", "usermod*", "docker*network*", "docker*pull*"])(
  "Docker's part is tried again when %s fails: a workspace would find no network, or Coder no socket",
  async (failing) => {
    expect(await runStep("install_docker", failing)).toBe(1);
  },
);

/** Downloads Node as the load runner does, from a host that serves these bytes, with this digest in the script. */
async function installNode(archive: string, digest: string): Promise<{ exitCode: number; calls: string }> {
  const root = await mkdtemp(join(tmpdir(), "refbench-startup-"));
  const script = await readFile(resolve(import.meta.dirname, "../../stacks/startup/runner.sh"), "utf8");
  const body = /^install_node\(\) \{$[^]*?^\}$/m.exec(script)?.[0].replace("/var/tmp", root) ?? "false";
  const { exitCode } = await execa("bash", ["-s"], {
    cwd: root,
    input: [
      "set -euo pipefail",
      `node_version=1.2.3 node_sha256=${digest} node=${root}/home/bin/node`,
      `curl() { echo "$*" >>${root}/calls; printf '%s' '${archive}' >node-v1.2.3-linux-x64.tar.gz; }`,
      'tar() { mkdir -p "${node%/node}"; printf \'#!/bin/sh\\necho v1.2.3\\n\' >"$node"; chmod +x "$node"; }',
      body,
      "install_node && exit 0",
      "exit 1",
    ].join("\n"),
    reject: false,
  });
  return { exitCode: exitCode ?? -1, calls: await readFile(join(root, "calls"), "utf8") };
}

test("Node is checked with the digest in this repository, not with one of its host", async () => {
  const digest = createHash("sha256").update("archive").digest("hex");
  const right = await installNode("archive", digest);
  expect(right.exitCode).toBe(0);
  expect(right.calls).not.toContain("SHASUMS");
  expect((await installNode("another", digest)).exitCode).toBe(1);
});

test("every download of a startup has a timeout, and the runner's script has a digest", async () => {
  for (const file of ["startup/runner.sh", "startup/provider-mirror.sh", "google/startup/coder.sh"]) {
    const script = await readFile(resolve(import.meta.dirname, "../../stacks", file), "utf8");
    for (const call of script.match(/(?<=^\s*(if |\w+=\$\()?)curl --.*$/gm) ?? [])
      expect(call).toContain("--max-time");
  }
  expect(runnerScript("make_user() { :; }")).toMatch(/^node_sha256='[0-9a-f]{64}'$/m);
});
