import { isAbsolute, relative, resolve } from "node:path";
import { link, lstat, mkdir, open, readdir, rename, rmdir, stat, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import ssh2 from "ssh2";
import type { FileEntry, SFTPWrapper } from "ssh2";
import { attributesOf, entryOf, modeOf, NOTHING, setAttributes } from "./file-attributes.ts";
import { SftpError, statusOf } from "./sftp-status.ts";

const { STATUS_CODE, flagsToString } = ssh2.utils.sftp;

/** An open file, or what is left to say of an open folder. */
type Opened =
  { readonly kind: "file"; readonly file: FileHandle } | { readonly kind: "folder"; rest: FileEntry[] };

/** SFTP as OpenSSH's server speaks it, of one folder and nothing above it. */
export function serveFiles(sftp: SFTPWrapper, folder: string): void {
  const opened = new Map<string, Opened>();
  let last = 0;
  const keep = (one: Opened): Buffer => {
    last += 1;
    opened.set(String(last), one);
    return Buffer.from(String(last));
  };
  const openedAs = <K extends Opened["kind"]>(handle: Buffer, kind: K): Extract<Opened, { kind: K }> => {
    const one = opened.get(handle.toString());
    if (one?.kind !== kind) throw new SftpError(STATUS_CODE.FAILURE);
    return one as Extract<Opened, { kind: K }>;
  };
  const inside = (path: string): string => {
    const full = resolve(folder, path);
    const way = relative(folder, full);
    if (way === ".." || way.startsWith("../") || isAbsolute(way))
      throw new SftpError(STATUS_CODE.PERMISSION_DENIED);
    return full;
  };
  /** Answers a request by what `act` returns: something to send, or nothing, which is success. */
  const answer = (id: number, act: () => Promise<(() => void) | undefined>): void => {
    Promise.resolve()
      .then(act)
      .then(
        (send) => {
          if (send === undefined) sftp.status(id, STATUS_CODE.OK);
          else send();
        },
        (error: unknown) => sftp.status(id, statusOf(error)),
      );
  };
  const done = async (work: Promise<unknown>): Promise<undefined> => {
    await work;
    return undefined;
  };

  sftp.on("REALPATH", (id, path) =>
    answer(id, () => {
      const filename = inside(path === "." ? "" : path);
      return Promise.resolve(() => sftp.name(id, [{ filename, longname: filename, attrs: NOTHING }]));
    }),
  );
  sftp.on("STAT", (id, path) =>
    answer(id, async () => {
      const attributes = attributesOf(await stat(inside(path)));
      return () => sftp.attrs(id, attributes);
    }),
  );
  sftp.on("LSTAT", (id, path) =>
    answer(id, async () => {
      const attributes = attributesOf(await lstat(inside(path)));
      return () => sftp.attrs(id, attributes);
    }),
  );
  sftp.on("FSTAT", (id, handle) =>
    answer(id, async () => {
      const attributes = attributesOf(await openedAs(handle, "file").file.stat());
      return () => sftp.attrs(id, attributes);
    }),
  );
  sftp.on("OPEN", (id, path, flags, { mode }) =>
    answer(id, async () => {
      const how = flagsToString(flags);
      if (how === null) throw new SftpError(STATUS_CODE.FAILURE);
      const handle = keep({ kind: "file", file: await open(inside(path), how, modeOf(mode, 0o666)) });
      return () => sftp.handle(id, handle);
    }),
  );
  sftp.on("READ", (id, handle, offset, length) =>
    answer(id, async () => {
      const { bytesRead, buffer } = await openedAs(handle, "file").file.read({
        buffer: Buffer.alloc(length),
        position: offset,
      });
      if (bytesRead === 0) throw new SftpError(STATUS_CODE.EOF);
      return () => sftp.data(id, buffer.subarray(0, bytesRead));
    }),
  );
  sftp.on("WRITE", (id, handle, offset, data) =>
    answer(id, () => done(openedAs(handle, "file").file.write(data, 0, data.length, offset))),
  );
  sftp.on("CLOSE", (id, handle) =>
    answer(id, async () => {
      const one = opened.get(handle.toString());
      if (one === undefined) throw new SftpError(STATUS_CODE.FAILURE);
      opened.delete(handle.toString());
      if (one.kind === "file") await one.file.close();
      return undefined;
    }),
  );
  sftp.on("OPENDIR", (id, path) =>
    answer(id, async () => {
      const full = inside(path);
      const rest = await Promise.all((await readdir(full)).map((name) => entryOf(full, name)));
      const handle = keep({ kind: "folder", rest });
      return () => sftp.handle(id, handle);
    }),
  );
  sftp.on("READDIR", (id, handle) =>
    answer(id, () => {
      const one = openedAs(handle, "folder");
      const { rest } = one;
      if (rest.length === 0) throw new SftpError(STATUS_CODE.EOF);
      one.rest = [];
      return Promise.resolve(() => sftp.name(id, rest));
    }),
  );
  sftp.on("MKDIR", (id, path, { mode }) => answer(id, () => done(mkdir(inside(path), modeOf(mode, 0o777)))));
  sftp.on("RMDIR", (id, path) => answer(id, () => done(rmdir(inside(path)))));
  sftp.on("REMOVE", (id, path) => answer(id, () => done(unlink(inside(path)))));
  sftp.on("RENAME", (id, from, to) => answer(id, () => done(renameUnlessThere(inside(from), inside(to)))));
  sftp.on("SETSTAT", (id, path, attributes) =>
    answer(id, async () => {
      await using file = await open(inside(path), "r");
      await setAttributes(file, attributes);
      return undefined;
    }),
  );
  sftp.on("FSETSTAT", (id, handle, attributes) =>
    answer(id, () => done(setAttributes(openedAs(handle, "file").file, attributes))),
  );
  sftp.on("end", () => {
    for (const one of opened.values()) if (one.kind === "file") void one.file.close();
    opened.clear();
  });
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
