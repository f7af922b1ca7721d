import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RefbenchError } from "../../../harness/tools/error.ts";
import type { RunRecord } from "../../../harness/model/record/record.ts";
import { openContext } from "../../../harness/pipeline/context/context.ts";
import { LeaseWatch } from "../../../harness/pipeline/lease/lease-watch.ts";
import { LEASE_MS, LeaseBook } from "../../../harness/pipeline/lease/lease.ts";
import { afterCreate } from "../../../harness/pipeline/driver/after-create.ts";
import { readJson } from "../../../harness/tools/files/json-file.ts";
import { planSchema } from "../../../harness/pipeline/folder/plan.ts";
import { makeRun } from "../../../harness/pipeline/making/make-run.ts";
import { ownIdentity } from "../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../harness/pipeline/driver/reaper.ts";
import { requestTeardown } from "../../../harness/pipeline/folder/request.ts";
import { executeRun, RUN_STAGE_FUNCTIONS } from "../../../harness/pipeline/driver/run.ts";
import type { RunFolder } from "../../../harness/pipeline/folder/run-folder.ts";
import { findFinalRecord } from "../../../harness/pipeline/record/run-record.ts";
import { runStage } from "../../../harness/pipeline/context/run-stage.ts";
import { sweep } from "../../../harness/pipeline/stages/sweep.ts";
import { RUN_STAGES } from "../../../harness/model/record/stage.ts";
import type { Observed } from "../laws.ts";
import { damage, markDead, renameHost } from "./damage.ts";
import { HungProcess } from "./hung-process.ts";
import { portsOf } from "../../support/world/ports.ts";
import { SimulatedProcess, type Fate } from "./process.ts";
import type { Boundaries, Schedule } from "./schedule.ts";
import { HARD_ENVIRONMENT } from "../../support/world/stacks.ts";
import { World } from "../../support/world/world.ts";
import { orderOfMaking, undoAfter } from "./written-files.ts";

/** A staged run ends by its expiry, which must be near for a reaper that looks every 250 ms. */
const TTL_MS = { run: 3_600_000, staged: 60_000, "by-hand": 3_600_000 } as const;
const NEAR_EXPIRY_MS = 50_000;
/** How long before its expiry a run whose driver hangs is looked at. */
const BEFORE_EXPIRY_MS = 10_000;

/** Reapers that come after the schedule's own: more than one would be needed only by a defect. */
const SPARE_REAPERS = 3;

/** The files of the maker of a driven run, and of a staged one, in their order. */
const FILES_OF_MAKERS = new Map<boolean, Promise<readonly string[]>>();

/** How a point ended. */
export interface FakePoint {
  readonly observed: Observed;
  /** Simulated time from the end of the run's process to the final record. */
  readonly timeToCleanMs: number;
  /** Boundaries that the run and its first reaper came by. */
  readonly boundaries: Boundaries;
}

export interface PlayOptions {
  /** Called once the record is final, while the run's folder is there. */
  readonly onFinal?: (folder: RunFolder) => void;
}

/** Plays one schedule on the real pipeline in a simulated world. */
export async function playFakePoint(
  schedule: Schedule,
  { onFinal = () => undefined }: PlayOptions = {},
): Promise<FakePoint> {
  const cwd = mkdtempSync(join(tmpdir(), "refbench-chaos-"));
  try {
    return await new Point(schedule, cwd).play(onFinal);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

class Point {
  readonly #schedule: Schedule;
  readonly #cwd: string;
  readonly #world: World;
  readonly #processes: SimulatedProcess[] = [];
  #folder!: RunFolder;
  #filesOfMaker: readonly string[] = [];
  /** The error of the run's command while something existed. */
  #failure: RefbenchError | undefined;
  #falseClaims = 0;
  #hungDriver: { readonly hung: HungProcess; readonly process: SimulatedProcess } | undefined;
  /** The hanging process that was not killed. */
  #believedHung: string | undefined;

  constructor(schedule: Schedule, cwd: string) {
    this.#schedule = schedule;
    this.#cwd = cwd;
    this.#world = new World(schedule, HARD_ENVIRONMENT, () => this.#folder.terraform);
  }

  async play(onFinal: (folder: RunFolder) => void): Promise<FakePoint> {
    const world = this.#world;
    this.#folder = await this.#makeRun();
    this.#filesOfMaker = await this.#learnFilesOfMaker();
    this.#planStrikes();
    const { madeUpTo } = this.#schedule;
    if (madeUpTo !== undefined) this.#killMaker(madeUpTo);
    const isMade = existsSync(this.#folder.plan);
    const run = madeUpTo === undefined ? await this.#drive() : 0;
    const runFiles = this.#processes.flatMap((process) => process.written());
    const endedAt = world.clock.elapsed();
    damage(this.#folder, this.#schedule.damage);
    if (isMade) await this.#askForTeardown().catch(() => undefined);
    const reaper = isMade ? await this.#reapUntilFinal() : 0;
    const reaperFiles = this.#processes.at(-1)?.written() ?? [];
    await this.#endHungDriver();
    const record = await this.#finalRecord();
    onFinal(this.#folder);
    const timeToCleanMs = world.clock.elapsed() - endedAt;
    const { answered, lied } = world;
    const left = world.cloud.all().map(({ id }) => id);
    const unnamedInStates = world.unnamedInStates();
    const folderRemoved = !existsSync(this.#folder.journal);
    await this.#sweepOnce();
    for (const process of this.#processes) process.dispose();
    return {
      observed: {
        record,
        left,
        leftAfterSweep: world.cloud.all().map(({ id }) => id),
        undeletable: world.undeletable(),
        inventoryAnswered: answered,
        nothingMade: !world.cloud.everMade,
        inventoryLied: lied,
        inventoryEverLied: world.everLied,
        unnamedInStates,
        folderRemoved,
        neverMade: !isMade,
        ...(this.#mayWait(timeToCleanMs) ? {} : { waitedForExpiryMs: timeToCleanMs }),
        ...(this.#failure === undefined ? {} : { failure: this.#failure }),
        falseClaims: this.#falseClaims,
        ...(this.#believedHung === undefined ? {} : { believedHung: this.#believedHung }),
        stateLost: isStateLost(this.#schedule),
        loadFinished: world.loadFinished,
        fencedActs: world.fencedActs,
        elapsedMs: world.clock.elapsed(),
      },
      timeToCleanMs,
      boundaries: { run, reaper, files: { maker: this.#filesOfMaker, run: runFiles, reaper: reaperFiles } },
    };
  }

  /** Plans the strikes of the schedule that may hit any process. */
  #planStrikes(): void {
    const { folderRemovedAt, renamedAt } = this.#schedule;
    const { strikes } = this.#world;
    if (folderRemovedAt !== undefined)
      strikes.set(folderRemovedAt, () => {
        rmSync(this.#folder.path, { recursive: true, force: true });
        this.#world.loseStates();
      });
    if (renamedAt !== undefined) strikes.set(renamedAt, () => renameHost(this.#folder));
  }

  #killMaker(lastFile: string): void {
    undoAfter(this.#folder.path, this.#filesOfMaker, lastFile);
    markDead(this.#folder, "owner.json");
  }

  /** Only a staged run and one whose driver hangs wait for their expiry: nobody can say that they were given up. */
  #mayWait(timeToCleanMs: number): boolean {
    const { kind } = this.#schedule;
    return kind === "staged" || this.#hungDriver !== undefined || timeToCleanMs < TTL_MS[kind];
  }

  #learnFilesOfMaker(): Promise<readonly string[]> {
    const isDriven = this.#schedule.kind !== "staged";
    const known = FILES_OF_MAKERS.get(isDriven);
    if (known !== undefined) return known;
    const learnt = orderOfMaking(async () => {
      const cwd = mkdtempSync(join(this.#cwd, "making-"));
      return (await this.#makeRun(cwd)).path;
    });
    FILES_OF_MAKERS.set(isDriven, learnt);
    return learnt;
  }

  #makeRun(cwd = this.#cwd): Promise<RunFolder> {
    return makeRun(cwd, this.#world.clock, {
      architecture: "gke",
      size: "canary",
      overrides: { users: "2", workspaces: "2", "connections.total": "4" },
      operator: "chaos",
      ttlMs: TTL_MS[this.#schedule.kind],
      rehearsal: {
        twinRoot: join(this.#cwd, "twin"),
        speed: 1,
        buildSpeed: 1,
        failBuilds: 0,
        faultsFile: undefined,
      },
      isDriven: this.#schedule.kind !== "staged",
      project: "no-such-project",
      refbench: { version: "0.0.0" },
    });
  }

  #process(fate?: Fate): SimulatedProcess {
    const process = new SimulatedProcess(this.#folder, fate);
    this.#processes.push(process);
    return process;
  }

  readonly #reporter = (process: SimulatedProcess) => ({
    report: (event: {
      readonly type: string;
      readonly stage?: string;
      readonly outcome?: string;
      readonly verdict?: string;
    }): void => {
      process.boundary();
      const { verdict } = event;
      if (event.type === "run.finished" && verdict !== "leaked" && verdict !== "unverified")
        this.#falseClaims += this.#world.cloud.all().length === 0 ? 0 : 1;
      if (event.type === "stage.finished" && event.stage === "load")
        this.#world.loadFinished = event.outcome === "ok";
    },
  });

  /** Drives the run with a reaper ready; returns the number of boundaries passed. */
  async #drive(): Promise<number> {
    const book = new LeaseBook(this.#folder.leases, this.#world.clock);
    const standBy = await book.acquire(ownIdentity());
    const passed =
      this.#schedule.kind === "staged" ? await this.#driveStages() : await this.#driveRun(this.#schedule.run);
    if (this.#schedule.isClean) await book.release(standBy);
    else markDead(this.#folder, "lease");
    return passed;
  }

  async #driveRun(fate: Fate | undefined): Promise<number> {
    const process = this.#process(fate);
    const plan = await readJson(this.#folder.plan, planSchema);
    const ports = portsOf(this.#world, process);
    const command = async (): Promise<unknown> => {
      await executeRun(process.folder, ports, {
        reporter: this.#reporter(process),
        signal: process.stop.signal,
      });
      // The next command does the same: it continues with the folder's files, or must report what to do without them.
      return process.isDead || afterCreate(plan, () => readJson(this.#folder.plan, planSchema));
    };
    const end = command().then(
      () => !process.isDead,
      (error: unknown) => {
        if (!process.isDead && this.#world.cloud.all().length > 0) this.#failure = asRefbenchError(error);
        return false;
      },
    );
    await Promise.race([end, process.paused]);
    if (process.isPaused) {
      this.#hang(process);
      return process.boundaries;
    }
    const ended = await end;
    if (!ended) markDead(this.#folder, "owner.json");
    return process.boundaries;
  }

  /** The run's driver hangs until shortly before the run expires. */
  #hang(process: SimulatedProcess): void {
    const hung = new HungProcess();
    this.#hungDriver = { hung, process };
    if (existsSync(this.#folder.path)) hung.drive(this.#folder);
    hung.stop();
    this.#world.clock.advance(TTL_MS[this.#schedule.kind] - BEFORE_EXPIRY_MS);
  }

  async #endHungDriver(): Promise<void> {
    if (this.#hungDriver === undefined) return;
    const { hung, process } = this.#hungDriver;
    const isOver = (await this.#finalRecord()) !== undefined;
    if (isOver && !(await hung.wasKilled())) this.#believedHung = "a driver that hangs outlived its run";
    process.kill();
    hung.dispose();
  }

  /** A reaper that hangs while it holds the lease; whoever needs the run watches the lease. */
  async #reapHanging(process: SimulatedProcess): Promise<void> {
    const hung = new HungProcess();
    try {
      const end = reap(process.folder, portsOf(this.#world, process), {
        reporter: this.#reporter(process),
        signal: process.stop.signal,
        holder: hung.identity,
        renewMs: 2 ** 31 - 1,
      }).catch((error: unknown) => error);
      await Promise.race([end, process.paused]);
      if (!process.isPaused) return;
      hung.stop();
      const { clock } = this.#world;
      const watch = new LeaseWatch(new LeaseBook(this.#folder.leases, clock), clock);
      const sign = await watch.nextSign(2 * LEASE_MS).catch(() => "silent");
      const isThere = existsSync(this.#folder.plan);
      if (isThere && (sign !== "free" || !(await hung.wasKilled())))
        this.#believedHung = `a reaper that hangs was believed (${sign})`;
      process.kill();
      await end;
    } finally {
      hung.dispose();
    }
  }

  /** Runs each stage as a separate process; the next command simply follows a killed one. */
  async #driveStages(): Promise<number> {
    let passed = 0;
    const fate = this.#schedule.run;
    const at = fate?.at;
    for (const stage of RUN_STAGES.slice(0, this.#schedule.stages)) {
      const process = this.#process(
        fate !== undefined && typeof at === "number" ? { ...fate, at: at - passed } : fate,
      );
      const outcome = await openContext(process.folder, portsOf(this.#world, process), {
        reporter: this.#reporter(process),
        signal: process.stop.signal,
      })
        .then((context) => runStage(stage, RUN_STAGE_FUNCTIONS[stage], context))
        .catch(() => "failed");
      passed += process.boundaries;
      if (outcome !== "ok") break;
    }
    return passed;
  }

  async #askForTeardown(): Promise<void> {
    const { kind, teardownStage, destroyedByHand } = this.#schedule;
    if (kind === "staged") this.#world.clock.advance(NEAR_EXPIRY_MS);
    if (teardownStage !== undefined)
      await requestTeardown(this.#folder, { through: teardownStage, only: true, reason: "stage" });
    for (const stack of destroyedByHand) {
      const gate = (): Promise<void> => Promise.resolve();
      await this.#world
        .destroy(this.#folder.stack(stack), { gate, signal: new AbortController().signal })
        .catch(() => undefined);
    }
    if (kind === "by-hand")
      await requestTeardown(this.#folder, { through: "audit", only: false, reason: "teardown" });
  }

  /** One reaper after another, as the schedule ends them, until the record is final. */
  async #reapUntilFinal(): Promise<number> {
    const fates = this.#schedule.reapers;
    let stopped: { readonly process: SimulatedProcess; readonly end: Promise<unknown> } | undefined;
    let first = 0;
    for (let index = 0; index < fates.length + SPARE_REAPERS; index += 1) {
      if ((await this.#finalRecord()) !== undefined) break;
      const process = this.#process(fates[index]);
      if (fates[index]?.what === "hang") {
        await this.#reapHanging(process);
        continue;
      }
      const end = reap(process.folder, portsOf(this.#world, process), {
        reporter: this.#reporter(process),
        signal: process.stop.signal,
      }).catch((error: unknown) => error);
      await Promise.race([end, process.paused]);
      if (index === 0) first = process.boundaries;
      markDead(this.#folder, "lease");
      if (stopped !== undefined) {
        stopped.process.isReplaced = true;
        stopped.process.resume();
        await stopped.end;
        stopped = undefined;
      }
      if (process.isPaused) stopped = { process, end };
    }
    if (stopped !== undefined) {
      stopped.process.resume();
      await stopped.end;
    }
    return first;
  }

  async #finalRecord(): Promise<RunRecord | undefined> {
    return findFinalRecord(this.#folder).catch(() => undefined);
  }

  /** Sweeps once, as later for a finished run: outages and temporary refusals are past. */
  async #sweepOnce(): Promise<void> {
    this.#world.clock.advance(60_000);
    this.#world.inventoryRecovered = true;
    const process = this.#process();
    await openContext(process.folder, portsOf(this.#world, process), {
      reporter: this.#reporter(process),
      signal: process.stop.signal,
      checkLease: () => Promise.resolve(),
    })
      .then((context) => sweep(context))
      .catch(() => undefined);
  }
}

/** Whether nobody can say what the run's stacks named. */
function isStateLost({
  terraform,
  damage: { journalKept, journalCorruptAt },
  destroyedByHand,
}: Schedule): boolean {
  const isJournalCut = journalKept !== undefined || journalCorruptAt !== undefined;
  return terraform.stateLost !== undefined || (isJournalCut && destroyedByHand.length > 0);
}

/** An error without a code ends a command as a defect of refbench, whose verdict is that of a broken folder. */
function asRefbenchError(error: unknown): RefbenchError {
  return error instanceof RefbenchError
    ? error
    : new RefbenchError("run_folder", String(error), { cause: error });
}
