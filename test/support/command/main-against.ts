import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { main } from "../../../harness/cli/main.ts";

/** Runs a command in a temporary folder, then ends the server that it asked; returns its exit code and stderr. */
export async function mainAgainst(
  server: Server,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly said: string }> {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-endless-"));
  const words = new PassThrough();
  const code = await main([...args], {
    stdout: new PassThrough().resume(),
    stderr: words,
    env: { HOME: cwd, ...env },
    cwd,
  });
  server.closeAllConnections();
  server.close();
  await rm(cwd, { recursive: true, force: true });
  return { code, said: String(words.read()) };
}
