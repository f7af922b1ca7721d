import { openSync, readSync } from "node:fs";
import { RefbenchError } from "../../tools/error.ts";
import { LineSplitter } from "../../tools/files/lines.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { type NumberedEvent, numberedEvent } from "./protocol.ts";

const CHUNK = 64 * 1024;

/**
 * Reads a growing file of events. Each call reads to the current end and returns the complete lines since the
 * last call.
 */
export function eventTail(path: string): { read: () => NumberedEvent[] } {
  const chunk = Buffer.alloc(CHUNK);
  let file: number | undefined;
  const splitter = new LineSplitter();
  return {
    read: () => {
      try {
        file ??= openSync(path, "r");
      } catch {
        // The host has not written anything yet.
        return [];
      }
      const lines: string[] = [];
      for (;;) {
        const length = readSync(file, chunk);
        if (length === 0) break;
        lines.push(...splitter.push(chunk.subarray(0, length)));
      }
      return lines.map(parseLine);
    },
  };
}

function parseLine(line: string): NumberedEvent {
  try {
    return numberedEvent.parse(parseJson(line));
  } catch (cause) {
    // The error must not contain the line: an event may carry a token.
    throw new RefbenchError("worker", "a stored event of the task cannot be read: start the task again", {
      cause,
    });
  }
}
