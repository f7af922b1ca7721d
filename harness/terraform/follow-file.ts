import type { FileHandle } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { systemClock } from "../model/clock.ts";

const POLL_MS = 100;

/** Hands on each line of a growing file until its writer has ended and the rest is read. */
export async function followFile(
  file: FileHandle,
  writerEnded: () => boolean,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(64 * 1024);
  let position = 0;
  let rest = "";
  for (;;) {
    // Asked before reading: what was written before the end is then always read.
    const ended = writerEnded();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) {
      if (ended) break;
      await systemClock.sleep(POLL_MS);
      continue;
    }
    position += bytesRead;
    const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
  rest += decoder.end();
  if (rest !== "") onLine(rest);
}
