import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RefbenchError } from "../../../harness/tools/error.ts";
import { RunFolder } from "../../../harness/pipeline/folder/run-folder.ts";
import { stampOf, stampsOf, writtenSince, type Stamps } from "./written-files.ts";

/** The fate of a simulated process at one of its boundaries. */
export interface Fate {
  /** The boundary's number, or the file of the run's folder right after whose writing it is. */
  readonly at: number | { readonly file: string };
  /**
   * Everybody takes a paused process for dead, and it continues later. Everybody sees a hanging process alive, and it
   * continues only if nobody kills it.
   */
  readonly what: "kill" | "signal" | "pause" | "hang";
}

/** Thrown into a process that has died, wherever it still runs: nothing it does from then on reaches anything. */
export class ProcessDied extends Error {}

/**
 * A process of refbench inside this one. Every call of a port is a boundary, and so is every use of a path of the run's
 * folder for a fate that follows a file. At a boundary the process may be killed: it sees the run's folder through a link that is then turned to an empty one, and its ports do nothing any more, so that
 * disk and cloud stay exactly as they were at that moment. A file that it was writing may be incomplete, as after SIGKILL.
 *
 * Modelled: SIGKILL, SIGTERM and a stop (SIGSTOP, a suspended machine) between any two effects. Not modelled: a torn
 * write inside one system call (the schedule truncates files for that) and what an operating system loses.
 */
export class SimulatedProcess {
  readonly folder: RunFolder;
  readonly stop = new AbortController();
  boundaries = 0;
  isDead = false;
  /** Another has taken its place: it may destroy nothing more. */
  isReplaced = false;
  readonly #fate: Fate | undefined;
  readonly #actual: string;
  /** The run's files as this process found them. */
  readonly #found: Stamps;
  #isStruck = false;
  readonly #link: string;
  readonly #grave: string;
  #pauseWanted = false;
  #resume: (() => void) | undefined;
  readonly paused: Promise<void>;
  #onPaused: () => void = () => undefined;

  constructor(actual: RunFolder, fate?: Fate) {
    this.#fate = fate;
    this.#actual = actual.path;
    this.#found = stampsOf(actual.path);
    const place = mkdtempSync(join(tmpdir(), "refbench-chaos-process-"));
    this.#link = join(place, "run");
    this.#grave = join(place, "grave");
    mkdirSync(this.#grave);
    symlinkSync(actual.path, this.#link);
    // Between two files a process asks for the path of the second one: nothing is written unseen.
    this.folder = new Proxy(new RunFolder(this.#link), {
      get: (folder, name): unknown => {
        if (typeof this.#fate?.at === "object") this.#strikeIfDue();
        return Reflect.get(folder, name);
      },
    });
    this.paused = new Promise((resolve) => (this.#onPaused = resolve));
  }

  /** A place at which fate may strike; throws in a dead process. */
  boundary(): void {
    if (this.isDead) throw new ProcessDied();
    this.boundaries += 1;
    this.#strikeIfDue();
  }

  /** Files that this process has written so far, by their path in the run's folder. */
  written(): readonly string[] {
    return writtenSince(this.#found, this.#actual);
  }

  #strikeIfDue(): void {
    if (this.isDead) throw new ProcessDied();
    if (this.#fate === undefined || this.#isStruck || !this.#isDue(this.#fate.at)) return;
    this.#isStruck = true;
    switch (this.#fate.what) {
      case "kill":
        this.kill();
        throw new ProcessDied();
      case "signal":
        this.stop.abort(new RefbenchError("interrupted", "stopped by a signal of the schedule"));
        return;
      case "pause":
      case "hang":
        this.#pauseWanted = true;
    }
  }

  #isDue(at: Fate["at"]): boolean {
    if (typeof at === "number") return this.boundaries === at;
    const stamp = stampOf(join(this.#actual, at.file));
    return stamp !== undefined && stamp !== this.#found.get(at.file);
  }

  /** Like `boundary`, and also the place where a stopped process waits. */
  async gate(): Promise<void> {
    this.boundary();
    if (!this.#pauseWanted) return;
    this.#pauseWanted = false;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
      this.#onPaused();
    });
    this.boundary();
  }

  get isPaused(): boolean {
    return this.#resume !== undefined;
  }

  resume(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  kill(): void {
    this.isDead = true;
    rmSync(this.#link);
    symlinkSync(this.#grave, this.#link);
    this.resume();
  }

  /** Ends with what it left on disk as it is. */
  dispose(): void {
    this.isDead = true;
    rmSync(join(this.#link, ".."), { recursive: true, force: true });
  }
}
