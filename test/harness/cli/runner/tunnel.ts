import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import type { RunnerAccess } from "../../../../harness/model/ports/runner.ts";

/** A PATH with these programs alone, each by its shell script. */
export async function pathWith(programs: Readonly<Record<string, string>>): Promise<NodeJS.ProcessEnv> {
  const folder = await newFolder();
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return { PATH: folder };
}

/** Something that answers as a machine's SSH port, and a script that connects to it and keeps its arguments. */
export async function sshServer() {
  const server = createServer((socket: Socket) => {
    socket.write("SSH-2.0-fake\r\n");
    socket.on("data", (data: Buffer) => socket.end(`said: ${data.toString()}`));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const folder = await newFolder();
  const file = join(folder, "args");
  const relay = join(folder, "relay.mjs");
  await writeFile(
    relay,
    `import { connect } from "node:net";
import { pipeline } from "node:stream";
const socket = connect(${port}, "127.0.0.1");
pipeline(process.stdin, socket, () => undefined);
pipeline(socket, process.stdout, () => process.exit());`,
  );
  return {
    relay: `printf '%s\\n' "$@" > '${file}'; exec '${process.execPath}' '${relay}'`,
    args: async () => (await readFile(file, "utf8")).trimEnd().split("\n"),
  };
}

/** Returns the tunnel's output after `hello` is sent into it. */
export async function throughTunnel({ tunnel }: RunnerAccess): Promise<string> {
  const { stdout } = await execa(tunnel.command, tunnel.args, {
    env: tunnel.env,
    extendEnv: false,
    input: "hello\n",
    stripFinalNewline: false,
  });
  return stdout;
}

/** A folder that the end of the test removes. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-tunnel-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
