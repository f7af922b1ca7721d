import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import ssh2 from "ssh2";
import type { AuthContext, Connection, ParsedKey, PublicKeyAuthContext, Session } from "ssh2";
import type { RunnerConfig, RunnerReady } from "./config.ts";
import { serveFiles } from "./files.ts";
import { newSshKey } from "../../stacks/ssh-key.ts";
import { findProgram, runProgram } from "./program.ts";

/** Starts the SSH server of a load runner: SFTP below its folder, and our one program. */
export async function startRunner(config: RunnerConfig): Promise<RunnerReady> {
  await mkdir(config.folder, { recursive: true, mode: 0o700 });
  const hostKey = newSshKey();
  const users = config.users.map(({ name, publicKey }) => ({ name, key: parsed(publicKey) }));
  const ssh = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (connection) => {
    connection.on("authentication", (context) => {
      if (isKnown(context, users)) context.accept();
      else context.reject(["publickey"]);
    });
    connection.on("ready", () => serveConnection(connection, config.folder));
    // A client that disconnects in the middle of something is not a failure of the machine.
    connection.on("error", () => undefined);
  });
  // An SFTP answer is small, and would wait for the acknowledgement of the one before.
  const server = createServer({ noDelay: true }, (socket) => ssh.injectSocket(socket));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.port, config.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { host: config.host, port, hostKeys: [hostKey.publicKey.split(" ").slice(0, 2).join(" ")] };
}

function parsed(publicKey: string): ParsedKey {
  const key = ssh2.utils.parseKey(publicKey);
  if (key instanceof Error) throw key;
  return key;
}

/** By public key alone, as sshd on both clouds' images; a client may first ask whether a key would do. */
function isKnown(
  context: AuthContext,
  users: readonly { readonly name: string; readonly key: ParsedKey }[],
): boolean {
  if (context.method !== "publickey") return false;
  const user = users.find(
    ({ name, key }) => name === context.username && key.getPublicSSH().equals(context.key.data),
  );
  return user !== undefined && (context.signature === undefined || isSigned(context, user.key));
}

function isSigned({ blob, signature, hashAlgo }: PublicKeyAuthContext, key: ParsedKey): boolean {
  return blob !== undefined && signature !== undefined && key.verify(blob, signature, hashAlgo);
}

function serveConnection(connection: Connection, folder: string): void {
  connection.on("session", (accept) => serveSession(accept(), folder));
}

/** No terminal, no shell, no forwarding: ssh2 refuses requests that do not have a listener here. */
function serveSession(session: Session, folder: string): void {
  session.on("sftp", (accept) => serveFiles(accept(), folder));
  session.on("exec", (accept, reject, { command }) => {
    const program = findProgram(command, folder);
    if (program === undefined) reject();
    else runProgram(accept(), program, folder);
  });
}
