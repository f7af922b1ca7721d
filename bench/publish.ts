/**
 * The cost of publishing nights: synthetic ones of four sizes are stored, read back with every check, drawn as the
 * site's pages, and written; then again without a change, and with one night more of each size. CPU time, since the
 * machine may be busy; by default a quarter of a year.
 */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { importRecords } from "../harness/results/history/import-records.ts";
import { readHistory } from "../harness/results/history/read-history.ts";
import { planSite } from "../harness/results/page/site.ts";
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
    await importRecords(
      syntheticNights({ architecture, count: nights, lastDay: AS_OF, isObserved: true }),
      store,
    );
  const site = { out: join(folder, "site"), kind: "results" } as const;
  const publish = async () => {
    const history = await timed(() => readHistory({ store, kind: "results" }));
    const { records, digests } = history.result;
    const planned = await timed(() => planSite({ records, digests, rehearsals: false, asOf: AS_OF }));
    const written = await timed(() => writeSite(planned.result, site));
    return {
      records: records.length,
      pages: [...planned.result.keys()].filter((path) => path.endsWith(".html")).length,
      ...written.result,
      cpuMs: {
        read: history.cpuMs,
        planned: planned.cpuMs,
        written: written.cpuMs,
        total: history.cpuMs + planned.cpuMs + written.cpuMs,
      },
    };
  };
  const first = await publish();
  const second = await publish();
  await importRecords(newestNights(), store);
  const withOneNightMore = await publish();
  const result = {
    thisMachine,
    nights,
    mebibytes: await sizeOf(site.out),
    first,
    second,
    withOneNightMore,
    cpuMsAPage: first.cpuMs.written / first.pages,
    ratio: first.cpuMs.total / second.cpuMs.total,
  };
  if (isText) process.stdout.write(`${textOf(result).join("\n")}\n`);
  else process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The night after the last, of each size. */
function newestNights() {
  return SIZES.flatMap((architecture) =>
    syntheticNights({ architecture, count: 1, lastDay: "2026-11-23", planted: {}, isObserved: true }),
  );
}

async function sizeOf(out: string): Promise<number> {
  const paths = await readdir(out, { recursive: true });
  const sizes = await Promise.all(paths.map(async (path) => (await stat(join(out, path))).size));
  return sizes.reduce((sum, size) => sum + size, 0) / 2 ** 20;
}

interface Published {
  readonly records: number;
  readonly pages: number;
  readonly made: number;
  readonly kept: number;
  readonly cpuMs: {
    readonly read: number;
    readonly planned: number;
    readonly written: number;
    readonly total: number;
  };
}

function textOf({
  first,
  second,
  withOneNightMore,
  mebibytes,
  cpuMsAPage,
  ratio,
}: {
  readonly first: Published;
  readonly second: Published;
  readonly withOneNightMore: Published;
  readonly mebibytes: number;
  readonly cpuMsAPage: number;
  readonly ratio: number;
}): readonly string[] {
  const line = (name: string, { made, kept, cpuMs }: Published): string =>
    `${name.padEnd(20)} ${seconds(cpuMs.total)}: read and checked ${seconds(cpuMs.read)}, planned ${seconds(cpuMs.planned)}, drawn and written ${seconds(cpuMs.written)} (${made} files made, ${kept} kept)`;
  const year = 365 / nights;
  return [
    machineLine(),
    `${first.pages} pages of ${first.records} records (${nights} nights of ${SIZES.length} sizes), ${mebibytes.toFixed(0)} MiB, ${cpuMsAPage.toFixed(1)} ms of CPU a page`,
    line("first publish", first),
    line("second publish", second),
    line("with one night more", withOneNightMore),
    `the first takes ${ratio.toFixed(1)} times as long as the second; a year of them: ${seconds(first.cpuMs.total * year)} and ${seconds(second.cpuMs.total * year)}`,
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
