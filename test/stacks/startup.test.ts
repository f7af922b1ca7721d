import { mkdir, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";

const SCRIPT = resolve(import.meta.dirname, "../../stacks/google/startup/coder.sh");

/** Runs one step of the start-up in a folder of its own, every program in it a stand-in of which one fails. */
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
      // As in the script itself: in such a place bash goes on after a command that failed.
      `${step} && exit 0`,
      "exit 1",
    ].join("\n"),
    reject: false,
  });
  return exitCode ?? -1;
}

test("Docker's part is done when all of it is", async () => {
  expect(await runStep("install_docker", "nothing")).toBe(0);
});

test.each(["apt-get*", "systemctl*restart*docker", "usermod*", "docker*network*"])(
  "Docker's part is tried again when %s fails: a workspace would find no network, or Coder no socket",
  async (failing) => {
    expect(await runStep("install_docker", failing)).toBe(1);
  },
);
