import type { Stats } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { link, lstat, mkdir, open, readdir, rename, rmdir, stat, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import ssh2 from "ssh2";
import type { FileEntry, SFTPWrapper } from "ssh2";
import { attributesOf, entryOf, modeOf, NOTHING, setAttributes } from "./file-attributes.ts";
import { SftpError, sftpStatus } from "./sftp-status.ts";

const { STATUS_CODE, flagsToString } = ssh2.utils.sftp;

/** An open file, or the remaining entries of an open folder. */
type Opened =
  { readonly kind: "file"; readonly file: FileHandle } | { readonly kind: "folder"; rest: FileEntry[] };

/** SFTP as OpenSSH's server speaks it, of one folder and nothing above it. */
export function serveFiles(sftp: SFTPWrapper, folder: string): void {
  const handles = new Handles();
  const inside = (path: string): string => pathInside(folder, path);
  serveAttributes(sftp, handles, inside);
  serveOpenFiles(sftp, handles, inside);
  serveFolders(sftp, handles, inside);
  serveNames(sftp, inside);
  sftp.on("end", () => handles.closeAll());
}

/** The full path of a path below the served folder. Throws `SftpError` for one outside of it. */
type Inside = (path: string) => string;

function pathInside(folder: string, path: string): string {
  const full = resolve(folder, path);
  const way = relative(folder, full);
  if (way === ".." || way.startsWith("../") || isAbsolute(way))
    throw new SftpError(STATUS_CODE.PERMISSION_DENIED);
  return full;
}

/** The open files and folders of one client, by their handles. */
class Handles {
  readonly #opened = new Map<string, Opened>();
  #last = 0;

  keep(one: Opened): Buffer {
    this.#last += 1;
    this.#opened.set(String(this.#last), one);
    return Buffer.from(String(this.#last));
  }

  get<K extends Opened["kind"]>(handle: Buffer, kind: K): Extract<Opened, { kind: K }> {
    const one = this.#opened.get(handle.toString());
    if (one?.kind !== kind) throw new SftpError(STATUS_CODE.FAILURE);
    return one as Extract<Opened, { kind: K }>;
  }

  async close(handle: Buffer): Promise<void> {
    const one = this.#opened.get(handle.toString());
    if (one === undefined) throw new SftpError(STATUS_CODE.FAILURE);
    this.#opened.delete(handle.toString());
    if (one.kind === "file") await one.file.close();
  }

  closeAll(): void {
    for (const one of this.#opened.values()) if (one.kind === "file") void one.file.close();
    this.#opened.clear();
  }
}

/** Answers a request by what `act` returns: something to send, or nothing, which is success. */
function answer(sftp: SFTPWrapper, id: number, act: () => Promise<(() => void) | undefined>): void {
  Promise.resolve()
    .then(act)
    .then(
      (send) => {
        if (send === undefined) sftp.status(id, STATUS_CODE.OK);
        else send();
      },
      (error: unknown) => sftp.status(id, sftpStatus(error)),
    );
}

async function done(work: Promise<unknown>): Promise<undefined> {
  await work;
  return undefined;
}

function serveAttributes(sftp: SFTPWrapper, handles: Handles, inside: Inside): void {
  const send = (id: number, find: () => Promise<Stats>): void =>
    answer(sftp, id, async () => {
      const attributes = attributesOf(await find());
      return () => sftp.attrs(id, attributes);
    });
  sftp.on("STAT", (id, path) => send(id, async () => stat(inside(path))));
  sftp.on("LSTAT", (id, path) => send(id, async () => lstat(inside(path))));
  sftp.on("FSTAT", (id, handle) => send(id, async () => handles.get(handle, "file").file.stat()));
  sftp.on("SETSTAT", (id, path, attributes) =>
    answer(sftp, id, async () => {
      await using file = await open(inside(path), "r");
      await setAttributes(file, attributes);
      return undefined;
    }),
  );
  sftp.on("FSETSTAT", (id, handle, attributes) =>
    answer(sftp, id, () => done(setAttributes(handles.get(handle, "file").file, attributes))),
  );
}

function serveOpenFiles(sftp: SFTPWrapper, handles: Handles, inside: Inside): void {
  sftp.on("OPEN", (id, path, flags, { mode }) =>
    answer(sftp, id, async () => {
      const how = flagsToString(flags);
      if (how === null) throw new SftpError(STATUS_CODE.FAILURE);
      const handle = handles.keep({ kind: "file", file: await open(inside(path), how, modeOf(mode, 0o666)) });
      return () => sftp.handle(id, handle);
    }),
  );
  sftp.on("READ", (id, handle, offset, length) =>
    answer(sftp, id, async () => {
      const { bytesRead, buffer } = await handles.get(handle, "file").file.read({
        buffer: Buffer.alloc(length),
        position: offset,
      });
      if (bytesRead === 0) throw new SftpError(STATUS_CODE.EOF);
      return () => sftp.data(id, buffer.subarray(0, bytesRead));
    }),
  );
  sftp.on("WRITE", (id, handle, offset, data) =>
    answer(sftp, id, () => done(handles.get(handle, "file").file.write(data, 0, data.length, offset))),
  );
  sftp.on("CLOSE", (id, handle) => answer(sftp, id, () => done(handles.close(handle))));
}

function serveFolders(sftp: SFTPWrapper, handles: Handles, inside: Inside): void {
  sftp.on("OPENDIR", (id, path) =>
    answer(sftp, id, async () => {
      const full = inside(path);
      const rest = await Promise.all((await readdir(full)).map((name) => entryOf(full, name)));
      const handle = handles.keep({ kind: "folder", rest });
      return () => sftp.handle(id, handle);
    }),
  );
  sftp.on("READDIR", (id, handle) =>
    answer(sftp, id, () => {
      const one = handles.get(handle, "folder");
      const { rest } = one;
      if (rest.length === 0) throw new SftpError(STATUS_CODE.EOF);
      one.rest = [];
      return Promise.resolve(() => sftp.name(id, rest));
    }),
  );
  sftp.on("MKDIR", (id, path, { mode }) =>
    answer(sftp, id, () => done(mkdir(inside(path), modeOf(mode, 0o777)))),
  );
  sftp.on("RMDIR", (id, path) => answer(sftp, id, () => done(rmdir(inside(path)))));
}

function serveNames(sftp: SFTPWrapper, inside: Inside): void {
  sftp.on("REALPATH", (id, path) =>
    answer(sftp, id, () => {
      const filename = inside(path === "." ? "" : path);
      return Promise.resolve(() => sftp.name(id, [{ filename, longname: filename, attrs: NOTHING }]));
    }),
  );
  sftp.on("REMOVE", (id, path) => answer(sftp, id, () => done(unlink(inside(path)))));
  sftp.on("RENAME", (id, from, to) =>
    answer(sftp, id, () => done(renameUnlessThere(inside(from), inside(to)))),
  );
}

/** As OpenSSH's: a name that is taken is never replaced, for a file in one step. */
async function renameUnlessThere(from: string, to: string): Promise<void> {
  if ((await lstat(from)).isDirectory()) {
    await mkdir(to);
    await rename(from, to);
  } else {
    await link(from, to);
    await unlink(from);
  }
}
