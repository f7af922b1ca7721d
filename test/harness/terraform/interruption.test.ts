import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { LineSplitter } from "../../../harness/tools/files/lines.ts";
import type { TerraformProgress } from "../../../harness/model/ports/terraform.ts";
import { processStart } from "../../../harness/tools/process/process-start.ts";
import { endOrphan, findWorking, LAST_RESORT_MS } from "../../../harness/terraform/running.ts";
import { createTerraform } from "../../../harness/terraform/terraform.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { first, options, stackOf } from "./stack.ts";

const terraform = createTerraform();

/** The second resource is at work until it is interrupted. */
const SLOW = `
  resource "terraform_data" "done" {}
  resource "terraform_data" "slow" {
    input = terraform_data.done.id
    provisioner "local-exec" { command = "exec sleep 30" }
  }`;

const slowStarted = (change: TerraformProgress): boolean =>
  change.address === "terraform_data.slow" && change.state === "started";

test("an abort during an apply ends terraform cleanly, and the state has everything that it created", async () => {
  const directory = await stackOf(SLOW);
  await terraform.init(directory, options());
  const abort = new AbortController();
  const started = first(slowStarted);
  const lines: string[] = [];
  const applied = terraform.apply(
    directory,
    options({ signal: abort.signal, onProgress: started.tell, onLine: (line) => lines.push(line) }),
  );
  await started.seen;
  abort.abort();
  await expect(applied).rejects.toMatchObject({ code: "interrupted" });
  expect(lines.filter((line) => line.includes("Interrupt received"))).toHaveLength(1);
  expect(await terraform.stateList(directory, options())).toContain("terraform_data.done");
  expect(await terraform.destroy(directory, options())).toMatchObject({ remove: 2 });
});

test("nothing is started once the signal has aborted", async () => {
  const directory = await stackOf(SLOW);
  const signal = AbortSignal.abort();
  await expect(terraform.apply(directory, options({ signal }))).rejects.toMatchObject({
    code: "interrupted",
  });
  expect(await readdir(directory)).toEqual(["main.tf"]);
});

/** A process of refbench that applies the stack and prints each change; the test kills it. */
const applying = (directory: string) => {
  const adapter = new URL("../../../harness/terraform/terraform.ts", import.meta.url).href;
  const script = `
    import { createTerraform } from ${JSON.stringify(adapter)};
    await createTerraform().apply(${JSON.stringify(directory)}, {
      env: process.env,
      signal: new AbortController().signal,
      onProgress: (change) => console.log(JSON.stringify(change)),
    });`;
  return execa("node", ["--import", "tsx", "--input-type=module", "--eval", script], { reject: false });
};

test("after a kill -9 of its caller terraform keeps its state, and the next command ends it and takes over", async () => {
  const directory = await stackOf(SLOW);
  await terraform.init(directory, options());
  const caller = applying(directory);
  const started = first(slowStarted);
  const splitter = new LineSplitter();
  caller.stdout.on("data", (chunk: Buffer) => {
    for (const line of splitter.push(chunk)) started.tell(JSON.parse(line) as TerraformProgress);
  });
  await started.seen;
  caller.kill("SIGKILL");
  await caller;

  expect(await terraform.stateList(directory, options())).toEqual([
    "terraform_data.done",
    "terraform_data.slow",
  ]);
  expect(await terraform.destroy(directory, options())).toMatchObject({ remove: 2 });
  expect((await readdir(directory)).filter((name) => name.includes("refbench"))).toEqual([]);
});

test("a terraform that got a SIGINT gets no second one from the next command, which waits for its end", async () => {
  const directory = await stackOf("");
  const binary = join(directory, "terraform");
  await writeFile(
    binary,
    `#!/bin/sh
     trap 'echo interrupted; interrupted=1' INT
     echo started
     while [ ! -e ${directory}/state-is-written ]; do sleep 0.05; done`,
    { mode: 0o755 },
  );
  const abort = new AbortController();
  const started = first((line: string) => line === "started");
  const interrupted = first((line: string) => line === "interrupted");
  const lines: string[] = [];
  const applied = createTerraform({ binary }).apply(
    directory,
    options({
      signal: abort.signal,
      onLine: (line) => {
        lines.push(line);
        started.tell(line);
        interrupted.tell(line);
      },
    }),
  );
  const refused = expect(applied).rejects.toMatchObject({ code: "interrupted" });
  await started.seen;
  abort.abort();
  await interrupted.seen;
  const waited = endOrphan(directory, new AbortController().signal);
  await new Promise(setImmediate);
  await writeFile(join(directory, "state-is-written"), "");
  await waited;
  await refused;
  expect(lines).toEqual(["started", "interrupted"]);
});

test("the next command reports what a killed process's terraform completed afterwards", async () => {
  const directory = await stackOf("");
  const hook = { resource: { addr: "google_compute_network.network" }, action: "delete", elapsed_seconds: 2 };
  const lines = [
    { type: "apply_start", hook },
    { type: "apply_complete", hook },
  ].map((line) => `${JSON.stringify(line)}\n`);
  const output = ".refbench-terraform-earlier.out";
  await writeFile(join(directory, output), lines.join(""));
  const mark = { pid: process.pid, startTime: "0", command: "destroy", interrupted: true, output };
  await writeFile(join(directory, ".refbench-terraform.json"), JSON.stringify(mark));
  const completed: TerraformProgress[] = [];
  await terraform.init(directory, options({ onProgress: (progress) => completed.push(progress) }));
  expect(completed).toEqual([
    { address: hook.resource.addr, action: "delete", state: "complete", elapsedSeconds: 2 },
  ]);
});

test("a mark whose pid now belongs to another process does no harm", async () => {
  const directory = await stackOf("");
  const mark = { pid: process.pid, startTime: "0", command: "apply", interrupted: false, output: "gone" };
  await writeFile(join(directory, ".refbench-terraform.json"), JSON.stringify(mark));
  await endOrphan(directory, new AbortController().signal);
  expect(await readdir(directory)).toEqual(["main.tf"]);
});

test("the state lock of a killed terraform does not stop the next one", async () => {
  const directory = await stackOf(SLOW);
  await terraform.init(directory, options());
  const started = first(slowStarted);
  const applied = terraform.apply(directory, options({ onProgress: started.tell }));
  await started.seen;
  const mark = JSON.parse(await readFile(join(directory, ".refbench-terraform.json"), "utf8")) as {
    pid: number;
  };
  process.kill(mark.pid, "SIGKILL");
  await expect(applied).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringContaining("killed by SIGKILL"),
  });
  expect(await readdir(directory)).toContain(".terraform.tfstate.lock.info");
  await expect(terraform.destroy(directory, options())).resolves.toMatchObject({ add: 0 });
});

test("an orphan that does not end is killed with its group, and the next command continues", async () => {
  const directory = await stackOf(SLOW);
  const stopped = execa(
    "node",
    ["-e", "process.on('SIGINT', () => {}); console.log(); setInterval(() => {}, 9e8)"],
    {
      detached: true,
      reject: false,
    },
  );
  await once(stopped.stdout, "data");
  const pid = stopped.pid!;
  const mark = { pid, startTime: processStart(pid), command: "apply", interrupted: false, output: "x.out" };
  await writeFile(join(directory, ".refbench-terraform.json"), JSON.stringify(mark));
  expect(findWorking(directory)).toBe(pid);
  const clock = fakeClock();
  const startedMs = clock.elapsed();
  // The killed process takes real time to go, and a fake clock none.
  await endOrphan(directory, new AbortController().signal, undefined, {
    ...clock,
    sleep: async (ms, signal) => {
      if (clock.elapsed() - startedMs < LAST_RESORT_MS) return clock.sleep(ms, signal);
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
  expect(await stopped).toMatchObject({ signal: "SIGKILL" });
  expect(clock.elapsed() - startedMs).toBeGreaterThanOrEqual(LAST_RESORT_MS);
  expect(findWorking(directory)).toBeUndefined();
});
