import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { ServerChannel } from "ssh2";
import { childEnvironment } from "../../harness/model/environment/child-environment.ts";
import { commandWords } from "./command-words.ts";
import { ownMark } from "../inventory/marked-processes.ts";

/** Our one program: a file and its arguments, for this machine's Node. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

/** The program that a command line asks for; undefined when it is not `<node> <folder>/worker-<hash>.mjs …`. */
export function findProgram(command: string, folder: string): Program | undefined {
  const [node, file = "", ...args] = commandWords(command);
  if (node !== process.execPath || dirname(file) !== folder) return undefined;
  if (!/\/worker-[0-9a-f]+\.mjs$/.test(file)) return undefined;
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? { file, args } : undefined;
}

/** Runs the program as sshd would: in a separate session, which outlives the connection. */
export function runProgram(channel: ServerChannel, { file, args }: Program, folder: string): void {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: folder,
    detached: true,
    stdio: "pipe",
    env: {
      ...childEnvironment("server", process.env),
      HOME: folder,
      ...ownMark(),
    },
  });
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  // It may end while something is on its way to it.
  child.stdin.on("error", () => undefined);
  channel.on("close", () => {
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  });
  const finish = (status: () => void): void => {
    if (channel.destroyed) return;
    status();
    channel.end();
    channel.close();
  };
  child.on("error", () => finish(() => channel.exit(127)));
  child.on("close", (code, signal) =>
    finish(() => {
      if (signal === null) channel.exit(code ?? 255);
      else channel.exit(signal.replace("SIG", ""));
    }),
  );
}
