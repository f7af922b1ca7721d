import { execa } from "execa";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { architectures } from "../../../reference-architectures/catalogue.ts";
import { commandIn, findCdktfCommand, namedArchitectures } from "../../../stacks/manual/cdktf-command.ts";

const WHERE = resolve(import.meta.dirname, "../../../stacks/manual/cdktf-command.ts");

test.each([
  [["node", "/x/node_modules/.bin/cdktf", "deploy", "gke*"], { name: "deploy", stacks: ["gke*"] }],
  [["node", "/x/bundle/bin/cdktf.js", "list", ""], { name: "list", stacks: [] }],
  [["node", "cdktf", "destroy", "--auto-approve", "eks-cloud"], { name: "destroy", stacks: ["eks-cloud"] }],
  [["sh", "-c", "cdktf deploy gke*"], undefined],
  [["npm exec cdktf deploy gke*"], undefined],
  [["node", "server.js", "cdktf"], undefined],
] as const)("%j is the command %j", (args, command) => {
  expect(commandIn(args)).toEqual(command);
});

test.each([
  [["gke*"], ["gke"]],
  [["gke-cloud", "gke-coder"], ["gke"]],
  [["gce-*"], ["gce-docker", "gce-vm"]],
  [["kubernetes*"], ["kubernetes"]],
  [["*"], ["gke", "eks", "kubernetes", "gce-docker", "gce-vm"]],
  [["4"], []],
  [[], []],
] as const)("stacks %j are those of %j", (stacks, names) => {
  const found = namedArchitectures({ name: "deploy", stacks }, architectures.values());
  expect(found.map(({ name }) => name)).toEqual(names);
});

/** Runs this program as cdktf does: `node …/cdktf <words>` starts a shell, which starts the app. */
async function startedBy(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const folder = await mkdtemp(join(tmpdir(), "refbench-cdktf-"));
  try {
    const app = join(folder, "app.mjs");
    await writeFile(
      app,
      `const { findCdktfCommand } = await import(${JSON.stringify(WHERE)});\nprocess.stdout.write(JSON.stringify(await findCdktfCommand(process.env)));\n`,
    );
    const cdktf = join(folder, "cdktf");
    await writeFile(
      cdktf,
      `require("node:child_process").execSync("node --import tsx ${app}; exit $?", { stdio: "inherit" });\n`,
    );
    const { stdout } = await execa("node", [cdktf, ...words], {
      cwd: resolve(import.meta.dirname, "../../.."),
      env: { CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS: "true", ...env },
    });
    return JSON.parse(stdout) as unknown;
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("the command is read from the process that started the app", async () => {
  expect(await startedBy(["deploy", "gke*", "--auto-approve"])).toEqual({ name: "deploy", stacks: ["gke*"] });
});

test("without cdktf it is a synthesis, which makes nothing; one that cannot be seen is refused with what to set", async () => {
  expect(await findCdktfCommand({})).toEqual({ name: "synth", stacks: [] });
  await expect(findCdktfCommand({ CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS: "true" })).rejects.toThrow(
    "set REFBENCH_CDKTF_COMMAND to it, such as REFBENCH_CDKTF_COMMAND='deploy gke*'",
  );
  const named = { REFBENCH_CDKTF_COMMAND: "destroy eks*" };
  expect(await findCdktfCommand(named)).toEqual({ name: "destroy", stacks: ["eks*"] });
});
