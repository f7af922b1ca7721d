import { openSync, readSync } from "node:fs";
import { type NumberedEvent, numberedEvent } from "./protocol.ts";

const CHUNK = 64 * 1024;

/** Reads a growing file of events: each call reads to its present end and returns the whole lines since the last call. */
export function eventTail(path: string): { read: () => NumberedEvent[] } {
  const chunk = Buffer.alloc(CHUNK);
  let file: number | undefined;
  let rest = Buffer.alloc(0);
  return {
    read: () => {
      try {
        file ??= openSync(path, "r");
      } catch {
        // The host has said nothing yet.
        return [];
      }
      const parts = [rest];
      for (;;) {
        const length = readSync(file, chunk);
        if (length === 0) break;
        parts.push(Buffer.from(chunk.subarray(0, length)));
      }
      const bytes = Buffer.concat(parts);
      const end = bytes.lastIndexOf("\n") + 1;
      rest = bytes.subarray(end);
      const lines = bytes.subarray(0, end).toString("utf8").split("\n").slice(0, -1);
      return lines.map((line) => numberedEvent.parse(JSON.parse(line)));
    },
  };
}
