import { newSshKey } from "../../../stacks/ssh-key.ts";
import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2, { type Connection, type ServerChannel, type SFTPWrapper } from "ssh2";
import type { RunnerAccess } from "../../../harness/model/ports/runner.ts";

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

/** The tunnel command of a test: its stdin and stdout are a TCP connection, and it prints errors on stderr. */
const RELAY = `
const socket = require("node:net").connect(Number(process.argv[2]), process.argv[1]);
socket.on("error", (error) => { console.error("relay: " + error.message); process.exit(1); });
socket.on("close", () => process.exit(0));
process.stdin.pipe(socket).pipe(process.stdout);
`;

/**
 * A machine of a test behind a real SSH server: `exec` really runs the command line, SFTP really writes, both only
 * below one temporary folder as far as the test's own commands go.
 */
export interface SshMachine extends AsyncDisposable {
  readonly access: RunnerAccess;
  /** Everything that was run, in order. */
  readonly commands: string[];
  /** Cuts every connection, as a dropped tunnel does. */
  cut(): void;
  /** Cuts, and lets nobody in until `open()`. */
  close(): Promise<void>;
  open(): Promise<void>;
  /** How often somebody connected. */
  connections(): number;
  /** Folders of tasks on the machine. */
  tasks(): string[];
  /** The copies of the worker on it: names and inodes. */
  programs(): string[];
}

/** Starts a machine that lets one key in. */
export async function startSshMachine(overrides: Partial<RunnerAccess> = {}): Promise<SshMachine> {
  const root = mkdtempSync(join(tmpdir(), "refbench-machine-"));
  const hostKey = newSshKey();
  const userKey = newSshKey();
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const ssh = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (client) => {
    serve(client, userKey.publicKey, commands);
  });
  let server: Server | undefined;
  let port = 0;
  let connections = 0;
  const open = async (): Promise<void> => {
    server = createServer({ noDelay: true }, (socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      ssh.injectSocket(socket);
    });
    const listening = server;
    await new Promise<void>((resolve) => listening.listen(port, "127.41.0.2", resolve));
    port = (server.address() as AddressInfo).port;
  };
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      server?.close(() => resolve());
      cut();
    });
  };
  const tasks = (): string[] => {
    const folder = join(root, "work/tasks");
    return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  };
  await open();
  return {
    access: {
      name: "the test's runner",
      tunnel: { command: process.execPath, args: ["-e", RELAY, "127.41.0.2", String(port)], env: {} },
      user: "bench",
      privateKey: userKey.privateKey,
      hostKeys: () => Promise.resolve([hostKey.publicKey]),
      node: process.execPath,
      folder: join(root, "work"),
      ...overrides,
    },
    commands,
    cut,
    open,
    close,
    tasks,
    connections: () => connections,
    programs: () =>
      readdirSync(join(root, "work"))
        .filter((name) => name.startsWith("worker-"))
        .map((name) => `${name} ${statSync(join(root, "work", name)).ino}`),
    [Symbol.asyncDispose]: async () => {
      await close();
      tasks().forEach(killHostOf);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The process that hosts a task on the machine. */
export function hostPidOf(task: string): number {
  return (JSON.parse(readFileSync(join(task, "host.json"), "utf8")) as { pid: number }).pid;
}

function killHostOf(task: string): void {
  try {
    process.kill(hostPidOf(task), "SIGKILL");
  } catch {
    // It never lived, or it ended.
  }
}

function serve(client: Connection, publicKey: string, commands: string[]): void {
  const allowed = ssh2.utils.parseKey(publicKey);
  if (allowed instanceof Error) throw allowed;
  client.on("error", () => undefined);
  client.on("authentication", (attempt) => {
    if (attempt.method !== "publickey" || !allowed.getPublicSSH().equals(attempt.key.data)) {
      attempt.reject(["publickey"]);
      return;
    }
    const { signature, blob, hashAlgo } = attempt;
    const isGood = !signature || !blob || allowed.verify(blob, signature, hashAlgo);
    if (isGood) attempt.accept();
    else attempt.reject(["publickey"]);
  });
  client.on("session", (acceptSession) => {
    const session = acceptSession();
    session.on("exec", (accept, _reject, { command }) => {
      commands.push(command);
      run(command, accept());
    });
    session.on("sftp", (accept) => serveFiles(accept()));
  });
}

/** As sshd does: the command lives on when the connection goes, but its pipes are closed. */
function run(command: string, channel: ServerChannel): void {
  const child = spawn("sh", ["-c", command], { stdio: "pipe", env: {} });
  child.stdin.on("error", () => undefined);
  channel.on("error", () => undefined);
  channel.pipe(child.stdin);
  channel.on("close", () => {
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
  });
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on("close", (code) => {
    if (!channel.writable) return;
    channel.exit(code ?? 255);
    channel.end();
  });
}

/** SFTP as small as the client's needs: stat, mkdir, open, write, close, rename, remove. */
function serveFiles(sftp: SFTPWrapper): void {
  const answer = (id: number, act: () => void): void => {
    try {
      act();
      sftp.status(id, STATUS_CODE.OK);
    } catch (error) {
      const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
      sftp.status(id, isMissing ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE, String(error));
    }
  };
  const numberOf = (handle: Buffer): number => handle.readUInt32BE(0);
  sftp.on("STAT", (id, path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    else
      sftp.attrs(id, {
        mode: stat.mode,
        uid: stat.uid,
        gid: stat.gid,
        size: stat.size,
        atime: stat.atimeMs / 1000,
        mtime: stat.mtimeMs / 1000,
      });
  });
  sftp.on("MKDIR", (id, path, attributes) => answer(id, () => mkdirSync(path, { mode: attributes.mode })));
  sftp.on("OPEN", (id, path, flags, attributes) => {
    try {
      const file = openSync(path, flags & OPEN_MODE.EXCL ? "wx" : "w", attributes.mode);
      const handle = Buffer.alloc(4);
      handle.writeUInt32BE(file);
      sftp.handle(id, handle);
    } catch (error) {
      sftp.status(id, STATUS_CODE.FAILURE, String(error));
    }
  });
  sftp.on("WRITE", (id, handle, offset, data) =>
    answer(id, () => writeSync(numberOf(handle), data, 0, data.length, offset)),
  );
  sftp.on("CLOSE", (id, handle) => answer(id, () => closeSync(numberOf(handle))));
  sftp.on("RENAME", (id, from, to) =>
    answer(id, () => {
      if (existsSync(to)) throw new Error("the new name is taken");
      renameSync(from, to);
    }),
  );
  sftp.on("REMOVE", (id, path) => answer(id, () => unlinkSync(path)));
}
