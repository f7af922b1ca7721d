import { connect } from "node:net";
import { messageOf } from "../../harness/tools/error.ts";
import { findRunnerItem } from "./find-runner-item.ts";

/** The twin's tunnel, as a cloud's own command: standard input and output are a connection to a runner's SSH port. */
async function main([root = "", machine = ""]: readonly string[]): Promise<void> {
  const { host, port } = await findRunnerItem(root, machine);
  const socket = connect({ port, host, noDelay: true });
  socket.on("error", fail);
  process.stdin.pipe(socket).pipe(process.stdout);
  process.stdout.on("error", () => socket.destroy());
  socket.on("close", () => process.exit());
}

function fail(error: unknown): void {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}

main(process.argv.slice(2)).catch(fail);
