import { randomUUID } from "node:crypto";
import type { SFTPWrapper } from "ssh2";
import type { RunnerConnection } from "./connection.ts";

const CHUNK = 32 * 1024;
/** Writes on their way at once: over a tunnel each takes a tenth of a second. */
const IN_FLIGHT = 64;

/** The files of a runner over one connection, with no more of SFTP than a small server has. */
export interface RemoteFiles {
  readonly sizeOf: (path: string) => Promise<number | undefined>;
  /** Makes a folder of mode 700 unless it is there; the one above it must be. */
  readonly makeFolder: (path: string) => Promise<void>;
  /** Puts a file of mode 600 in place as a whole: whoever sees its name sees all of it. */
  readonly put: (path: string, content: Buffer) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
}

type Done<T> = (error: Error | null | undefined, value: T) => void;

/** Opens SFTP. */
export async function openFiles({ client, whileUp }: RunnerConnection): Promise<RemoteFiles> {
  const ask = <T>(call: (done: Done<T>) => void): Promise<T> =>
    whileUp(
      new Promise<T>((resolve, reject) => {
        call((error, value) => (error ? reject(error) : resolve(value)));
      }),
    );
  const sftp = await ask<SFTPWrapper>((done) => client.sftp(done));

  const sizeOf = async (path: string): Promise<number | undefined> => {
    try {
      return (await ask<{ size: number }>((done) => sftp.stat(path, done))).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw named(`stat of ${path}`, error);
    }
  };
  const makeFolder = async (path: string): Promise<void> => {
    if ((await sizeOf(path)) !== undefined) return;
    try {
      await ask<undefined>((done) => sftp.mkdir(path, { mode: 0o700 }, (error) => done(error, undefined)));
    } catch (error) {
      // Another process of the run may have made it in between.
      if ((await sizeOf(path)) === undefined) throw named(`mkdir of ${path}`, error);
    }
  };
  const write = async (path: string, content: Buffer): Promise<void> => {
    const handle = await ask<Buffer>((done) => sftp.open(path, "wx", { mode: 0o600 }, done));
    const starts = Array.from({ length: Math.ceil(content.length / CHUNK) }, (_, index) => index * CHUNK);
    const writeNext = async (): Promise<void> => {
      for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
        const [at, length] = [start, Math.min(CHUNK, content.length - start)];
        await ask<undefined>((done) =>
          sftp.write(handle, content, at, length, at, (error) => done(error, undefined)),
        );
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, writeNext));
    await ask<undefined>((done) => sftp.close(handle, (error) => done(error, undefined)));
  };
  const put = async (path: string, content: Buffer): Promise<void> => {
    const temporary = `${path}.${randomUUID().slice(0, 8)}`;
    try {
      await write(temporary, content);
      await ask<undefined>((done) => sftp.rename(temporary, path, (error) => done(error, undefined)));
    } catch (error) {
      sftp.unlink(temporary, () => undefined);
      throw named(`write of ${path}`, error);
    }
  };
  const remove = async (path: string): Promise<void> => {
    await ask<undefined>((done) => sftp.unlink(path, (error) => done(error, undefined)));
  };
  return { sizeOf, makeFolder, put, remove };
}

/** SFTP's "no such file". */
function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === 2;
}

function named(what: string, error: unknown): Error {
  return new Error(
    `${what} on the runner failed: ${error instanceof Error ? error.message : String(error)}`,
    {
      cause: error,
    },
  );
}
