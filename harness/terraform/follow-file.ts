import type { FileHandle } from "node:fs/promises";
import { systemClock } from "../tools/time/clock.ts";
import { LineSplitter } from "../tools/files/lines.ts";

const POLL_MS = 100;

/** Reports each line of a growing file until its writer has ended and the rest is read. */
export async function followFile(
  file: FileHandle,
  writerEnded: () => boolean,
  onLine: (line: string) => void,
): Promise<void> {
  const splitter = new LineSplitter();
  const buffer = Buffer.alloc(64 * 1024);
  let position = 0;
  for (;;) {
    // Checked before reading, so that everything written before the end is read.
    const ended = writerEnded();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) {
      if (ended) break;
      await systemClock.sleep(POLL_MS);
      continue;
    }
    position += bytesRead;
    for (const line of splitter.push(buffer.subarray(0, bytesRead))) onLine(line);
  }
  for (const line of splitter.end()) onLine(line);
}
