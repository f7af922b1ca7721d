import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TASK_FILES } from "../remote/protocol.ts";

/**
 * Receives a task of this many bytes on stdin, and keeps it in a new folder that only its user can read. A connection
 * that is lost leaves no half of it.
 */
export async function receiveTask(folder: string, bytes: number): Promise<void> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= bytes) break;
  }
  if (length !== bytes) throw new Error(`the task has ${length} bytes, expected ${bytes}`);
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  const coming = `${dirname(folder)}-coming`;
  mkdirSync(coming, { recursive: true, mode: 0o700 });
  chmodSync(coming, 0o700);
  writeFileSync(join(coming, TASK_FILES.task), Buffer.concat(chunks), { mode: 0o600 });
  renameSync(coming, folder);
}
