import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordSchema, type RunRecord } from "../../../harness/model/record/record.ts";

const REFBENCH = join(import.meta.dirname, "..", "..", "..", "bin", "refbench.js");

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Makes a temporary folder for a test's runs and twin. */
export async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "refbench-e2e-"));
}

/** The real command line, as a separate process. */
export class Refbench {
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";
  readonly ended: Promise<Ended>;

  constructor(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#child = spawn(process.execPath, [REFBENCH, ...args], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (data: Buffer) => (this.#stdout += data.toString()));
    this.#child.stderr?.on("data", (data: Buffer) => (this.#stderr += data.toString()));
    this.ended = new Promise((resolve) => {
      this.#child.on("close", (code, signal) =>
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr }),
      );
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves once the progress says it; rejects when the command ends before. */
  async says(pattern: RegExp): Promise<void> {
    if (pattern.test(this.#stderr)) return;
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(this.#stderr)) resolve();
      };
      this.#child.stderr?.on("data", look);
      void this.ended.then(() =>
        reject(new Error(`ended without saying ${String(pattern)}:\n${this.#stderr}`)),
      );
    });
  }
}

/** Runs a command to its end. */
export function refbench(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return new Refbench(cwd, args).ended;
}

/** The record of the only run of a folder. */
export async function onlyRecord(cwd: string): Promise<RunRecord> {
  const runs = await readdir(join(cwd, ".refbench", "runs"));
  return recordSchema.parse(
    JSON.parse(await readFile(join(cwd, ".refbench", "runs", runs[0]!, "record.json"), "utf8")),
  );
}

/** Returns the items in the twin of a folder, as the twin's command lists them. */
export async function inTwin(cwd: string): Promise<readonly { kind: string; name: string }[]> {
  const { stdout } = await refbench(cwd, "twin", "list", "--output", "json");
  return JSON.parse(stdout) as { kind: string; name: string }[];
}
