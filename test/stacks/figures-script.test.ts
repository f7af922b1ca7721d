import { spawn } from "node:child_process";
import { readFile, mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { metricsSource } from "../../harness/observation/metrics/metrics-source.ts";
import type { Reading } from "../../harness/observation/source.ts";
import { fakeClock } from "../support/fake-clock.ts";

const SCRIPT = resolve(import.meta.dirname, "../../stacks/google/startup/figures.sh");
const { signal } = new AbortController();

/** A control group as version 2 shows it, with this process as its oldest. */
async function controlGroup(): Promise<{ folder: string; use(cpuMicroseconds: number): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-group-"));
  // A process id above all real ones belongs to nobody.
  await writeFile(join(folder, "cgroup.procs"), `${2 ** 22 + 1}\n${process.pid}\n`);
  await writeFile(join(folder, "memory.current"), "900000000000\n");
  await writeFile(join(folder, "memory.stat"), "anon 800000000000\ninactive_file 1000\n");
  return {
    folder,
    use: (cpu) => writeFile(join(folder, "cpu.stat"), `usage_usec ${cpu}\nuser_usec 1\nsystem_usec 1\n`),
  };
}

/** The text of the script once it says this. */
async function textWith(folder: string, wanted: string): Promise<string> {
  for (;;) {
    const text = await readFile(join(folder, "refbench.prom"), "utf8").catch(() => "");
    if (text.includes(wanted)) return text;
    await new Promise((done) => setTimeout(done, 50));
  }
}

test("CPU and memory of Coder's control group, and Terraform's part of them, become series", async () => {
  const group = await controlGroup();
  await group.use(900_000_000_000);
  const texts = await mkdtemp(join(tmpdir(), "refbench-texts-"));
  const script = spawn("bash", [SCRIPT, group.folder, texts], { stdio: "ignore" });
  onTestFinished(() => void script.kill());
  const served = [await textWith(texts, "refbench_coder_cpu_microseconds_total 900000000000\n")];
  await group.use(900_005_000_000);
  served.push(await textWith(texts, "refbench_coder_cpu_microseconds_total 900005000000\n"));

  const server = createServer((_, response) => response.end(served.shift()));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const clock = fakeClock();
  const source = metricsSource({ kind: "metrics", of: "bench-coder", role: "node", url }, clock);
  onTestFinished(() => source.close?.());
  await source.read(signal);
  clock.advance(10_000);
  const { samples }: Reading = await source.read(signal);
  const value = (series: string, of: string): number | undefined =>
    samples.find((sample) => sample.series === series && sample.of === of)?.value;
  // 5 seconds of CPU in 10.
  expect(value("container.cpu", "coderd/coderd")).toBeCloseTo(0.5);
  expect(value("container.memory", "coderd/coderd")).toBe(900_000_000_000 - 1000);
  expect(value("terraform.processes", "coderd")).toBe(1);
  // What this process did meanwhile is coderd's own, so Terraform used less than the group.
  expect(value("terraform.cpu", "coderd")).toBeLessThanOrEqual(0.5);
  const memory = value("terraform.memory", "coderd")!;
  expect(memory).toBeLessThan(800_000_000_000);
  expect(memory).toBeGreaterThan(700_000_000_000);
});
