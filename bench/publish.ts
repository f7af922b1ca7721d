/**
 * The cost of publishing nights: synthetic ones of four sizes are stored, read back with every check, drawn as the
 * site's pages, and written. CPU time, since the machine may be busy; by default a quarter of a year.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { importRecords } from "../harness/results/history/import-records.ts";
import { readHistory } from "../harness/results/history/read-history.ts";
import { siteOf } from "../harness/results/page/site.ts";
import { writeSite } from "../harness/results/publish/write-site.ts";
import { syntheticNights } from "../test/support/results/synthetic-nights.ts";
import { isTextOutput, whole } from "./arguments.ts";
import { thisMachine, machineLine } from "./machine.ts";

const SIZES = ["gke", "eks", "gce-docker", "gce-vm"] as const;
const AS_OF = "2026-11-22";
const { values } = parseArgs({
  options: {
    output: { type: "string", default: "text" },
    nights: { type: "string", default: "90" },
  },
});
const isText = isTextOutput(values.output);
const nights = whole("nights", values.nights);

const folder = await mkdtemp(join(tmpdir(), "refbench-bench-"));
try {
  const store = join(folder, "results");
  for (const architecture of SIZES)
    await importRecords(syntheticNights({ architecture, count: nights, lastDay: AS_OF }), store);
  const read = await timed(() => readHistory({ store, kind: "results" }));
  const drawn = await timed(() => siteOf({ records: read.result.records, rehearsals: false, asOf: AS_OF }));
  const files = drawn.result;
  const written = await timed(() => writeSite(files, { out: join(folder, "site"), kind: "results" }));
  const pages = [...files.keys()].filter((path) => path.endsWith(".html")).length;
  const result = {
    thisMachine,
    nights,
    records: read.result.records.length,
    pages,
    mebibytes: [...files.values()].reduce((sum, text) => sum + text.length, 0) / 2 ** 20,
    cpuMs: { read: read.cpuMs, drawn: drawn.cpuMs, written: written.cpuMs },
    cpuMsAPage: drawn.cpuMs / pages,
  };
  if (isText) process.stdout.write(`${textOf(result).join("\n")}\n`);
  else process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function textOf(result: {
  readonly nights: number;
  readonly records: number;
  readonly pages: number;
  readonly mebibytes: number;
  readonly cpuMs: { readonly read: number; readonly drawn: number; readonly written: number };
  readonly cpuMsAPage: number;
}): readonly string[] {
  const { records, pages, mebibytes, cpuMs, cpuMsAPage } = result;
  const total = cpuMs.read + cpuMs.drawn + cpuMs.written;
  return [
    machineLine(),
    `${pages} pages of ${records} records (${result.nights} nights of ${SIZES.length} sizes), ${mebibytes.toFixed(0)} MiB`,
    `${cpuMsAPage.toFixed(1)} ms of CPU a page; read and checked ${seconds(cpuMs.read)}, drawn ${seconds(cpuMs.drawn)}, written ${seconds(cpuMs.written)}, in all ${seconds(total)}`,
    `a year of them: ${seconds((total / result.nights) * 365)}`,
  ];
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly result: T; readonly cpuMs: number }> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, cpuMs: (user + system) / 1000 };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
