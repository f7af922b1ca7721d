import { createHash } from "node:crypto";
import type { Bucket } from "../../model/ports/bucket.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import { linesIn } from "../../tools/files/lines.ts";
import { findFile } from "../../tools/files/local-files.ts";
import { parseJournal, type JournalEntry, type JournalLine } from "../folder/journal.ts";
import { isLeaseHeld, UNRENEWED_MS } from "../lease/lease.ts";
import { isOlderState, isState, readMirrored } from "./mirrored-files.ts";
import { FailureBackoff } from "../lease/failure-backoff.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { findSecrets, type Secrets } from "../folder/secrets.ts";

/** How old a mirrored state may be while Terraform works. */
const SOON_MS = 2_000;

/** How long an intent waits for a bucket that does not answer. Afterwards the run's lease has expired too. */
const PATIENCE_MS = UNRENEWED_MS;
const RETRY_MS = 5_000;

/** Keys of a run's objects in a bucket. */
export const mirrorKeys = {
  runs: "runs/",
  file: (runId: string, name: string) => `runs/${runId}/files/${name}`,
  files: (runId: string) => `runs/${runId}/files/`,
  journal: (runId: string) => `runs/${runId}/journal/`,
  leases: (runId: string) => `runs/${runId}/lease/`,
} as const;

export interface MirrorOptions {
  readonly bucket: Bucket;
  readonly folder: RunFolder;
  readonly runId: string;
  readonly clock: Clock;
  /** Receives warnings about what could not be mirrored. */
  readonly note: (message: string) => void;
  /** Ends the wait for a bucket that does not answer. */
  readonly signal: AbortSignal;
  /**
   * Set by the reaper, whose teardown continues without a mirror. Called before each write; throws when
   * another process has the lease.
   */
  readonly checkLease?: () => Promise<void>;
}

/**
 * Copies to a bucket what a teardown on another machine needs: first files, then the journal lines that refer
 * to them.
 * In the run's own process an intent waits for a bucket that does not answer, and finally throws
 * `infrastructure`, so that nothing is created that only this machine knows of. In the reaper nothing throws.
 */
export class Mirror {
  readonly #options: MirrorOptions;
  /** Digest of the last copy, by name. */
  readonly #put = new Map<string, string>();
  /** Whether lines of the journal may be missing in the bucket. */
  #behind = true;
  readonly #backoff: FailureBackoff;
  #comingSoon = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#backoff = new FailureBackoff(options.clock);
  }

  /** Updates the bucket before anything is created. Throws when it cannot. */
  async open(): Promise<void> {
    await this.#inTurn(() => this.#whole());
  }

  /** Mirrors an entry. Called once the entry's line is on this machine's disk. */
  async entry(entry: JournalEntry, line: JournalLine): Promise<void> {
    const write = () => this.#inTurn(() => (this.#behind ? this.#whole() : this.#lineAfterFiles(line)));
    if (this.#options.checkLease === undefined && isIntentToCreate(entry)) return this.#patiently(write);
    await this.#leniently(write);
  }

  /** Updates the files. A failure is reported, not thrown. */
  async files(): Promise<void> {
    await this.#leniently(() => this.#inTurn(() => (this.#behind ? this.#whole() : this.#changedFiles())));
  }

  /** Like `files`, within seconds and without waiting: for a state that grows while Terraform works. */
  soon(): void {
    if (this.#comingSoon) return;
    this.#comingSoon = true;
    setTimeout(() => {
      this.#comingSoon = false;
      void this.files();
    }, SOON_MS).unref();
  }

  async #patiently(write: () => Promise<void>): Promise<void> {
    const { clock, note, signal } = this.#options;
    const giveUpAt = clock.elapsed() + PATIENCE_MS;
    for (let isReported = false; ; isReported = true) {
      try {
        await write();
        return;
      } catch (error) {
        this.#behind = true;
        if (clock.elapsed() >= giveUpAt) throw error;
        if (!isReported)
          note(
            `waiting for the mirror, because nothing is created before it is up to date: ${messageOf(error)}`,
          );
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }

  async #leniently(write: () => Promise<void>): Promise<void> {
    const { note, checkLease } = this.#options;
    if (this.#backoff.isBackingOff()) {
      this.#behind = true;
      return;
    }
    try {
      await checkLease?.();
      await this.#backoff.watch(write);
    } catch (error) {
      this.#behind = true;
      if (isLeaseHeld(error)) return;
      note(`the mirror is not up to date, continuing without it: ${messageOf(error)}`);
    }
  }

  /** Runs writes one after another: an older copy of a file must not arrive after a newer one. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(write);
    // eslint-disable-next-line no-restricted-syntax -- the caller gets the failure; the queue only waits for the end.
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #whole(): Promise<void> {
    const { bucket, folder, runId } = this.#options;
    await this.#changedFiles();
    const secrets = await findSecrets(folder);
    const there = new Set((await bucket.list(mirrorKeys.journal(runId))).map(identityOf));
    for (const line of linesOf((await findFile(folder.journal))?.toString() ?? "")) {
      // Another process may be writing this line.
      if (parseJournal(line.text).damaged.length > 0) continue;
      if (!there.has(identityOf(lineKey(runId, line)))) await this.#line(line, secrets);
    }
    this.#behind = false;
  }

  async #lineAfterFiles(line: JournalLine): Promise<void> {
    await this.#changedFiles();
    await this.#line(line, await findSecrets(this.#options.folder));
  }

  async #line(line: JournalLine, secrets: Secrets | undefined): Promise<void> {
    const { bucket, runId, note } = this.#options;
    if (holdsSecret(Buffer.from(line.text), secrets)) {
      note("a line of the journal contains a secret and is not mirrored: this is a defect of refbench");
      return;
    }
    await bucket.put(lineKey(runId, line), Buffer.from(`${line.text}\n`));
  }

  async #changedFiles(): Promise<void> {
    const { bucket, folder, runId, note } = this.#options;
    const secrets = await findSecrets(folder);
    for (const [name, bytes] of await readMirrored(folder)) {
      const digest = createHash("sha256").update(bytes).digest("hex");
      if (this.#put.get(name) === digest) continue;
      const key = mirrorKeys.file(runId, name);
      if (holdsSecret(bytes, secrets)) {
        note(`${name} contains a secret and is not mirrored: this is a defect of refbench`);
      } else if (!isState(name) || !(await this.#isOlder(key, bytes))) {
        await bucket.put(key, bytes);
      }
      this.#put.set(name, digest);
    }
  }

  /**
   * Whether another machine has continued this state: a late writer must not overwrite it with an older one.
   */
  async #isOlder(key: string, bytes: Uint8Array): Promise<boolean> {
    const there = await this.#options.bucket.get(key);
    return there !== undefined && isOlderState(bytes, there);
  }
}

/** Whether the entry must be in the mirror before the act. */
function isIntentToCreate(entry: JournalEntry): boolean {
  return entry.type === "stage-intent" || (entry.type === "stack-intent" && entry.act === "apply");
}

function linesOf(text: string): readonly JournalLine[] {
  let offset = 0;
  return linesIn(text).flatMap((line) => {
    const start = offset;
    offset += Buffer.byteLength(line) + 1;
    return line === "" ? [] : [{ text: line, offset: start }];
  });
}

/** `<milliseconds>-<offset>-<digest>`: sorts in the order of writing, on any machine. */
function lineKey(runId: string, { text, offset }: JournalLine): string {
  const at = /"at":"([^"]+)"/.exec(text)?.[1];
  const ms = at === undefined ? Number.NaN : Date.parse(at);
  const time = String(Number.isNaN(ms) ? 0 : ms).padStart(15, "0");
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return `${mirrorKeys.journal(runId)}${time}-${String(offset).padStart(12, "0")}-${digest}`;
}

/** A line's identity without its offset, because a restored journal may have lost lines before it. */
function identityOf(key: string): string {
  return key.replace(/-\d{12}-/, "-");
}

function holdsSecret(bytes: Buffer, secrets: Secrets | undefined): boolean {
  if (secrets === undefined) return false;
  const { adminPassword, databasePassword, token, provisioners } = secrets;
  return [adminPassword, databasePassword, token, provisioners?.key].some(
    (secret) =>
      secret !== undefined &&
      (bytes.includes(secret) || bytes.includes(Buffer.from(secret).toString("base64").replace(/=+$/, ""))),
  );
}
