/** Times synthesis: each architecture alone, then all of them as `npx cdktf synth` does, and names the machine. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { architectures } from "../reference-architectures/catalogue.ts";
import { machineLine } from "./machine.ts";

const ROUNDS = 5;
/** The longest acceptable wait for one architecture, and for all four. */
const TARGET_MS = { one: 1_000, all: 2_000 } as const;
const MAIN = join(import.meta.dirname, "../stacks/main.ts");

const folder = await mkdtemp(join(tmpdir(), "refbench-bench-"));
try {
  process.stdout.write(`${machineLine()}\n`);
  for (const name of architectures.keys()) {
    const file = join(folder, `${name}.json`);
    await writeFile(file, JSON.stringify(environmentOf(name)));
    await report(name, TARGET_MS.one, { REFBENCH_ENVIRONMENT: file });
  }
  const manual = { REFBENCH_ENVIRONMENT: "", REFBENCH_MANUAL_DIR: join(folder, "manual") };
  await report("all of them", TARGET_MS.all, manual);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function report(name: string, targetMs: number, env: NodeJS.ProcessEnv): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await execa(process.execPath, ["--import", "tsx", MAIN], {
      env: { ...env, CDKTF_OUTDIR: join(folder, "out"), CHECKPOINT_DISABLE: "1" },
    });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const [best = 0, median = 0] = [times[0], times[Math.floor(ROUNDS / 2)]];
  const verdict = median <= targetMs ? "" : `, target ${targetMs} ms missed`;
  process.stdout.write(
    `${name.padEnd(12)} median ${Math.round(median)} ms, best ${Math.round(best)} ms${verdict}\n`,
  );
}

function environmentOf(architecture: string): object {
  const { defaultSize, region, zone, sizes } = architectures.get(architecture) ?? fail(architecture);
  return {
    schemaVersion: 1,
    architecture,
    size: defaultSize,
    overrides: {},
    runId: "01kb3v9x2m7q8r5t6w4y1z0abc",
    owner: "bench",
    managed: "cdktf",
    expiresAt: 1_795_999_999,
    project: "some-project",
    region,
    zone,
    coderVersion: sizes[defaultSize]?.coder.version,
  };
}

function fail(architecture: string): never {
  throw new Error(`no architecture ${architecture}`);
}
