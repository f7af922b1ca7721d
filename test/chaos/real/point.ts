import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { recordSchema, type RunRecord } from "../../../harness/model/record/record.ts";
import { inTwin, newFolder, Refbench, refbench } from "../../support/command/refbench-process.ts";
import { breachesOf } from "../laws.ts";
import type { PointResult } from "../point-result.ts";
import { randomOf } from "../random.ts";
import { plant } from "./plant.ts";
import { processesOf } from "./processes.ts";
import { realSchedule, type RealSchedule } from "./schedule.ts";

const RUN = ["--rehearse", "--size", "canary", "--set", "connections.holdSeconds=1"] as const;

/** A run that stores no event for so long is one that hangs, and is struck where it is. */
const HANGING_MS = 12_000;

/** No point takes longer on a busy machine, unless something is wrong with it. */
const GIVE_UP_MS = 8 * 60_000;

/** The seeds of real points: campaign seed and number say all about each. */
export function realSeeds(seed: string, points: number): readonly string[] {
  return Array.from({ length: points }, (_, number) => `real:${seed}:${number}`);
}

/** Plays one point with real processes, real terraform and the twin, and judges it. */
export async function realPoint(seed: string): Promise<PointResult> {
  const schedule = realSchedule(randomOf(seed), Number(seed.split(":").at(-1)));
  const cwd = await newFolder();
  const point = new RealPoint(cwd, schedule);
  const outcome = await Promise.race([
    point.play(),
    sleep(GIVE_UP_MS, undefined, { ref: false }).then(() => undefined),
  ]);
  const record = outcome?.record;
  const breaches = [...(outcome?.breaches ?? [])];
  if (outcome === undefined)
    breaches.push({
      law: "wrong-verdict",
      what: `did not end within ${GIVE_UP_MS / 60_000} minutes, see ${cwd}`,
    });
  if (schedule.isClean && record?.teardown.state !== "clean")
    breaches.push({ law: "false-alarm", what: `a clean run ended ${record?.verdict ?? "without a record"}` });
  // The folder of a breach is kept for investigation.
  if (breaches.length === 0) await rm(cwd, { recursive: true, force: true });
  return {
    seed,
    kind: "real",
    run: schedule.kind,
    isClean: schedule.isClean,
    verdict: record?.verdict ?? "none",
    teardown: record?.teardown.state ?? "none",
    timeToCleanMs: outcome?.timeToCleanMs ?? 0,
    breaches,
    schedule: { ...schedule, cwd, said: point.said },
  };
}

class RealPoint {
  readonly #cwd: string;
  readonly #schedule: RealSchedule;
  #struckAt: number | undefined;
  /** The events so far, to investigate a breach. */
  readonly said: string[] = [];

  constructor(cwd: string, schedule: RealSchedule) {
    this.#cwd = cwd;
    this.#schedule = schedule;
  }

  async play() {
    if (this.#schedule.faults.length > 0)
      await writeFile(join(this.#cwd, "faults.json"), JSON.stringify({ faults: this.#schedule.faults }));
    await this.#drive();
    const endedAt = Date.now();
    const runFolder = this.#folder;
    if (runFolder !== undefined) await this.#seeToTheEnd();
    const record = runFolder === undefined ? undefined : recordIn(runFolder);
    const left = await this.#left();
    const leftAfterSweep = left.length === 0 ? [] : await this.#sweepOnce();
    const finished = record?.finishedAt === undefined ? Date.now() : Date.parse(record.finishedAt);
    return {
      record,
      timeToCleanMs: Math.max(0, finished - (this.#struckAt ?? endedAt)),
      // Killed before it had made a run: nothing may exist, and no record is owed.
      breaches:
        runFolder === undefined && left.length === 0
          ? []
          : breachesOf({
              record,
              left,
              leftAfterSweep,
              undeletable: [],
              inventoryAnswered: true,
              stateLost: false,
              loadFinished: this.#events().some((line) =>
                /"stage.finished","stage":"load","outcome":"ok"/.test(line),
              ),
              fencedActs: 0,
            }),
    };
  }

  /** Starts the run, strikes it at its event, and waits until its commands have ended. */
  async #drive(): Promise<void> {
    const faults = this.#schedule.faults.length > 0 ? ["--faults", "faults.json"] : [];
    if (this.#schedule.kind !== "staged") {
      await this.#command(["run", "gke", ...RUN, ...faults]);
      return;
    }
    await this.#command(["stage", "preflight", "gke", ...RUN, ...faults]);
    for (const stage of ["provision", "bootstrap", "load"]) {
      const folder = this.#folder;
      if (folder === undefined || this.#struckAt !== undefined) return;
      await this.#command(["stage", stage, "--run", folder]);
    }
  }

  async #command(args: readonly string[]): Promise<void> {
    const command = new Refbench(this.#cwd, args);
    const ending = command.ended.then(({ code, signal }) => {
      this.said.push(`${args.slice(0, 2).join(" ")}: ${code ?? signal ?? "?"}`);
      return "ended" as const;
    });
    let [events, changedAt] = [0, Date.now()];
    while ((await Promise.race([ending, sleep(40)])) !== "ended") {
      const { length } = this.#events();
      if (length !== events) [events, changedAt] = [length, Date.now()];
      const { strike } = this.#schedule;
      if (strike === undefined || this.#struckAt !== undefined) continue;
      const hangs = Date.now() - changedAt > HANGING_MS;
      if (events >= strike.atEvent || hangs) await this.#strike(command.pid, hangs);
    }
  }

  async #strike(commandPid: number, hangs: boolean): Promise<void> {
    const { target, signal } = this.#schedule.strike!;
    // A hanging process ends together with its terraform, whatever the target: nothing else would end it for an hour.
    const wanted = processesOf(
      this.#folder,
      commandPid,
      hangs && target !== "everything" ? "terraform" : target,
    );
    if (wanted.length === 0) return;
    this.#struckAt = Date.now();
    const folder = this.#folder;
    if (folder !== undefined && !this.#events().some((line) => line.includes('"stage":"audit"'))) {
      for (const leak of this.#schedule.leaks) await plant(this.#cwd, this.#runId, leak);
    }
    for (const pid of wanted) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended a moment before.
      }
    }
    this.said.push(`${signal} to ${target} (${wanted.length}) at event ${this.#events().length}`);
  }

  /** Only what a user would type: watch, teardown, or after a loss of everything nothing but a sweep. */
  async #seeToTheEnd(): Promise<void> {
    const { kind, strike } = this.#schedule;
    const id = this.#runId;
    const isOver = (): boolean =>
      recordIn(this.#folder!)?.verdict !== undefined && recordIn(this.#folder!)!.verdict !== "pending";
    if (strike?.target === "everything" && this.#struckAt !== undefined && kind !== "staged") {
      const { code } = await refbench(this.#cwd, "sweep", "--rehearse", "--wait", "6m");
      this.said.push(`sweep: ${code ?? "?"}`);
      return;
    }
    const verb = kind === "run" ? "watch" : "teardown";
    for (let attempt = 0; attempt < 2 && !isOver(); attempt += 1) {
      const { code } = await refbench(this.#cwd, verb, id);
      this.said.push(`${verb}: ${code ?? "?"}`);
    }
  }

  async #sweepOnce(): Promise<readonly string[]> {
    const { code } = await refbench(this.#cwd, "sweep", "--rehearse", "--run", this.#runId);
    this.said.push(`sweep --run: ${code ?? "?"}`);
    return this.#left();
  }

  async #left(): Promise<readonly string[]> {
    return ((await inTwin(this.#cwd)) as readonly { readonly key?: string; readonly name: string }[]).map(
      ({ key, name }) => key ?? name,
    );
  }

  get #folder(): string | undefined {
    const runs = join(this.#cwd, ".refbench", "runs");
    const [run] = existsSync(runs) ? readdirSync(runs) : [];
    const folder = run === undefined ? undefined : join(runs, run);
    return folder !== undefined && existsSync(join(folder, "plan.json")) ? folder : undefined;
  }

  get #runId(): string {
    return this.#folder!.split("/").at(-1)!;
  }

  /** Returns the events so far; terraform's "still creating" is not an event. */
  #events(): readonly string[] {
    const file = join(this.#folder ?? this.#cwd, "events.jsonl");
    const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
    return lines.filter((line) => !line.includes('"state":"progress"'));
  }
}

function recordIn(folder: string): RunRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(join(folder, "record.json"), "utf8")));
  } catch {
    return undefined;
  }
}
