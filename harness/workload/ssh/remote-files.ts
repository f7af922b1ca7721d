import { randomUUID } from "node:crypto";
import type { SFTPWrapper } from "ssh2";
import type { RunnerConnection } from "./connection.ts";
import { OutOfReach } from "../remote/out-of-reach.ts";

const CHUNK = 32 * 1024;
/** How many writes are in flight: over a tunnel each takes a tenth of a second. */
const IN_FLIGHT = 64;

/** The files of a runner over one connection. Uses only the part of SFTP that small servers have. */
export interface RemoteFiles {
  readonly sizeOf: (path: string) => Promise<number | undefined>;
  /** Makes a folder of mode 700 unless it exists. Its parent must exist. */
  readonly makeFolder: (path: string) => Promise<void>;
  /** Writes a file of mode 600 and renames it into place, so that nobody sees an incomplete file. */
  readonly put: (path: string, content: Buffer) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
}

type Done<T> = (error: Error | null | undefined, value: T) => void;

/** Opens SFTP. */
export async function openFiles({ client, whileUp }: RunnerConnection): Promise<RemoteFiles> {
  const ask = <T>(what: string, call: (done: Done<T>) => void): Promise<T> =>
    whileUp(
      new Promise<T>((resolve, reject) => {
        call((error, value) => {
          if (error) reject(refused(what, error));
          else resolve(value);
        });
      }),
    );
  const act = async (what: string, call: (done: (error?: Error | null) => void) => void): Promise<void> => {
    await ask<undefined>(what, (done) => call((error) => done(error, undefined)));
  };
  const sftp = await ask<SFTPWrapper>("SFTP", (done) => client.sftp(done));

  const sizeOf = async (path: string): Promise<number | undefined> => {
    try {
      return (await ask<{ size: number }>(`stat of ${path}`, (done) => sftp.stat(path, done))).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  const makeFolder = async (path: string): Promise<void> => {
    if ((await sizeOf(path)) !== undefined) return;
    try {
      await act(`mkdir of ${path}`, (done) => sftp.mkdir(path, { mode: 0o700 }, done));
    } catch (error) {
      // Another process of the run may have made it meanwhile.
      if ((await sizeOf(path)) === undefined) throw error;
    }
  };
  const write = async (path: string, content: Buffer): Promise<void> => {
    const handle = await ask<Buffer>(`open of ${path}`, (done) =>
      sftp.open(path, "wx", { mode: 0o600 }, done),
    );
    const starts = Array.from({ length: Math.ceil(content.length / CHUNK) }, (_, index) => index * CHUNK);
    const writeNext = async (): Promise<void> => {
      for (let at = starts.shift(); at !== undefined; at = starts.shift()) {
        const [start, length] = [at, Math.min(CHUNK, content.length - at)];
        await act(`write of ${path}`, (done) => sftp.write(handle, content, start, length, start, done));
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, writeNext));
    await act(`close of ${path}`, (done) => sftp.close(handle, done));
  };
  const remove = (path: string): Promise<void> => act(`unlink of ${path}`, (done) => sftp.unlink(path, done));
  const put = async (path: string, content: Buffer): Promise<void> => {
    const temporary = `${path}.${randomUUID().slice(0, 8)}`;
    try {
      await write(temporary, content);
      await act(`rename to ${path}`, (done) => sftp.rename(temporary, path, done));
    } catch (error) {
      remove(temporary).catch(() => undefined);
      throw error;
    }
  };
  return { sizeOf, makeFolder, put, remove };
}

function refused(what: string, cause: Error): OutOfReach {
  return new OutOfReach(`${what} on the runner failed: ${cause.message}`, { cause });
}

/** Whether the error is SFTP's "no such file". */
function isMissing(error: unknown): boolean {
  if (!(error instanceof OutOfReach) || !(error.cause instanceof Error)) return false;
  return "code" in error.cause && error.cause.code === 2;
}
