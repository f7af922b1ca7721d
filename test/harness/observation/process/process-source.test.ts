import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { machineSource } from "../../../../harness/observation/process/machine-source.ts";
import { processSource } from "../../../../harness/observation/process/process-source.ts";
import type { Reading } from "../../../../harness/observation/source.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const never = new AbortController().signal;

const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "observed-"));

interface Fake {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Ticks: user, system, and those of ended children. */
  readonly cpu: readonly [number, number, number, number];
}

function write(file: string, text: string): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
}

function writeProcess(proc: string, { pid, parent, name, cpu }: Fake, cgroup = "0::/\n"): void {
  const fields = ["S", parent, ...Array<number>(9).fill(0), ...cpu, ...Array<number>(4).fill(0), 777];
  write(join(proc, String(pid), "stat"), `${pid} (${name}) ${fields.join(" ")}\n`);
  write(join(proc, String(pid), "status"), "VmRSS:\t  1000 kB\nRssFile:\t  300 kB\nRssShmem:\t  100 kB\n");
  write(join(proc, String(pid), "cgroup"), cgroup);
}

function valuesIn({ samples }: Reading): Record<string, number> {
  return Object.fromEntries(samples.map(({ series, of, value }) => [`${series} ${of}`, value]));
}

test("CPU of Terraform that ended between two looks is not lost, nor counted twice", async () => {
  const proc = temporaryFolder();
  const clock = fakeClock();
  const coder = { pid: 10, parent: 1, name: "coder (x) y" };
  writeProcess(proc, { ...coder, cpu: [100, 0, 0, 0] });
  writeProcess(proc, { pid: 11, parent: 10, name: "terraform", cpu: [200, 100, 0, 0] });
  writeProcess(proc, { pid: 12, parent: 11, name: "terraform-provi", cpu: [100, 0, 0, 0] });
  writeProcess(proc, { pid: 99, parent: 1, name: "terraform", cpu: [9_999, 0, 0, 0] });
  const source = processSource({ kind: "process", of: "c", role: "coderd", pid: 10 }, { clock, proc });
  const first = valuesIn(await source.read(never));
  expect(first).toMatchObject({ "terraform.processes c": 2 });
  // Memory that is shared counts once.
  expect(first["terraform.memory c"]).toBe(1024 * (600 + 600 + 400));
  // The provider ended and Terraform waited for it; then Terraform ended, after 50 ticks more.
  writeProcess(proc, { ...coder, cpu: [200, 0, 350, 100] });
  writeProcess(proc, { pid: 11, parent: 1, name: "terraform", cpu: [0, 0, 0, 0] });
  writeProcess(proc, { pid: 12, parent: 1, name: "terraform-provi", cpu: [0, 0, 0, 0] });
  clock.advance(1_000);
  const second = valuesIn(await source.read(never));
  expect(second["terraform.cpu c"]).toBeCloseTo(0.5);
  expect(second["container.cpu coderd/c"]).toBeCloseTo(1.5);
  expect(second["terraform.processes c"]).toBe(0);
});

test("another process with the same pid is not taken for the one that ended", async () => {
  const proc = temporaryFolder();
  writeProcess(proc, { pid: 10, parent: 1, name: "coder", cpu: [1, 0, 0, 0] });
  const source = processSource(
    { kind: "process", of: "c", role: "coderd", pid: 10 },
    { clock: fakeClock(), proc },
  );
  await source.read(never);
  write(join(proc, "10", "stat"), `10 (sh) S 1 ${"0 ".repeat(17)}888\n`);
  await expect(source.read(never)).rejects.toThrow("process 10 has ended");
});

test.each([
  {
    version: 2,
    cgroup: "0::/pod/coder\n",
    mounts: (root: string) => `1 1 0:1 / ${root} rw - cgroup2 cgroup2 rw\n`,
    files: {
      "cpu.max": "max 100000\n",
      "pod/cpu.max": "150000 100000\n",
      "pod/cpu.stat": "nr_periods 100\nnr_throttled 40\n",
      "pod/memory.max": "5000\n",
      "pod/coder/memory.max": "max\n",
      "pod/coder/cpu.stat": "usage_usec 3000000\n",
      "pod/coder/memory.current": "900\n",
      "pod/coder/memory.stat": "inactive_file 200\n",
      "pod/coder/cgroup.procs": "10\n",
    },
    later: {
      "pod/cpu.stat": "nr_periods 110\nnr_throttled 45\n",
      "pod/coder/cpu.stat": "usage_usec 4000000\n",
    },
  },
  {
    version: 1,
    cgroup: "3:memory:/pod\n2:cpuacct:/pod\n1:cpu:/pod\n0::/\n",
    mounts: (root: string) =>
      ["cpu", "cpuacct", "memory"]
        .map((name) => `1 1 0:1 / ${root}/${name} rw - cgroup cgroup rw,${name}\n`)
        .join("") + `1 1 0:1 / ${root}/unified rw - cgroup2 cgroup2 rw\n`,
    files: {
      "cpu/pod/cpu.cfs_quota_us": "150000\n",
      "cpu/pod/cpu.cfs_period_us": "100000\n",
      "cpu/pod/cpu.stat": "nr_periods 100\nnr_throttled 40\nthrottled_time 1\n",
      "cpuacct/pod/cpuacct.usage": "3000000000\n",
      "memory/pod/memory.usage_in_bytes": "900\n",
      "memory/pod/memory.stat": "total_inactive_file 200\n",
      "memory/pod/memory.limit_in_bytes": "5000\n",
      "memory/memory.limit_in_bytes": "9223372036854771712\n",
      "memory/pod/cgroup.procs": "10\n",
      "unified/x": "",
    },
    later: {
      "cpu/pod/cpu.stat": "nr_periods 110\nnr_throttled 45\nthrottled_time 1\n",
      "cpuacct/pod/cpuacct.usage": "4000000000\n",
    },
  },
])("limits, throttling and use of a control group of version $version", async (given) => {
  const proc = temporaryFolder();
  const root = temporaryFolder();
  const clock = fakeClock();
  const writeFiles = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) write(join(root, name), text);
  };
  writeFiles(given.files);
  write(join(proc, "self", "mountinfo"), given.mounts(root));
  writeProcess(proc, { pid: 10, parent: 1, name: "coder", cpu: [0, 0, 0, 0] }, given.cgroup);
  const source = processSource({ kind: "process", of: "c", role: "coderd", pid: 10 }, { clock, proc });
  await source.read(never);
  writeFiles(given.later);
  clock.advance(1_000);
  expect(valuesIn(await source.read(never))).toMatchObject({
    "container.cpu coderd/c": 1,
    "container.cpu-limit coderd/c": 1.5,
    "container.throttled coderd/c": 0.5,
    "container.memory coderd/c": 700,
    "container.memory-limit coderd/c": 5_000,
  });
});

test("a machine without pressure says so, and has its other figures", async () => {
  const proc = temporaryFolder();
  const clock = fakeClock();
  const stat = (user: number, idle: number): string =>
    `cpu  ${user} 0 0 ${idle} 9 0 0 77\ncpu0 0\ncpu1 0\nintr 1\n`;
  write(join(proc, "stat"), stat(100, 500));
  write(join(proc, "meminfo"), "MemTotal:  100 kB\nMemFree: 1 kB\nMemAvailable:  60 kB\n");
  write(join(proc, "net/dev"), "h\nh\n  lo: 5 0 0 0 0 0 0 0 5\neth0: 100 0 0 0 0 0 0 0 30\n");
  const source = machineSource("m", { clock, proc });
  expect((await source.read(never)).unseen).toHaveLength(1);
  write(join(proc, "stat"), stat(250, 550));
  write(join(proc, "net/dev"), "h\nh\n  lo: 9 0 0 0 0 0 0 0 9\neth0: 300 0 0 0 0 0 0 0 40\n");
  clock.advance(1_000);
  expect(valuesIn(await source.read(never))).toEqual({
    ...{ "node.cores m": 2, "node.memory m": 40_960, "node.memory-size m": 102_400, "node.cpu m": 1.5 },
    ...{ "node.received m": 200, "node.sent m": 10 },
  });
  // The observer was paused before its last read and not before this one: by the clock, 2.7 cores were in use.
  write(join(proc, "stat"), stat(440, 560));
  clock.advance(700);
  expect(valuesIn(await source.read(never))).toMatchObject({ "node.cpu m": 1.9 });
});
