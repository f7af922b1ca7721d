import { PassThrough, type Readable, type Writable } from "node:stream";
import { RefbenchError } from "../../tools/error.ts";
import { LineSplitter } from "../../tools/files/lines.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { type AttachLine, attachLine, type ClientLine } from "./protocol.ts";

const KEPT_WORDS = 2000;

/** A running `attach` on the runner. */
export interface Attachment {
  /** Its output lines. Throws at its end, unless its last line was read. */
  readonly lines: AsyncIterable<AttachLine>;
  readonly send: (line: ClientLine) => void;
}

/** The program `attach` over some connection. */
export interface AttachProgram {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Rejects with `OutOfReach` at the end of the program or of its connection. */
  readonly ended: Promise<never>;
}

/** Speaks the protocol with `attach`. */
export function attachmentOf({ stdin, stdout, ended }: AttachProgram): Attachment {
  // A lost connection is reported by `ended`.
  stdin.on("error", () => undefined);
  ended.catch(() => undefined);
  return {
    lines: readLines(stdout, ended),
    send: (line) => {
      if (stdin.writable) stdin.write(`${JSON.stringify(line)}\n`);
    },
  };
}

/** Keeps the last words of a program's stderr, for error messages. */
export function lastWords(stderr: Readable): () => string {
  let words = "";
  stderr.on("data", (chunk: Buffer) => (words = (words + chunk.toString("utf8")).slice(-KEPT_WORDS)));
  return () => words.trim();
}

/** How `attach` ended, in words. It ends with 0 when its input does, so that is the connection's end too. */
export function describeEnd(code: number | undefined, words: string): string {
  const end =
    code === undefined || code === 0
      ? "the worker's connection ended"
      : `the worker ended with exit code ${code}`;
  return `${end}${words === "" ? "" : `; its output: ${words}`}`;
}

async function* readLines(stdout: Readable, end: Promise<never>): AsyncGenerator<AttachLine> {
  const output = stdout.pipe(new PassThrough());
  end.catch((error: unknown) => output.destroy(error as Error));
  // A lost connection ends with an incomplete line, which the next one sends again.
  const splitter = new LineSplitter();
  for await (const chunk of output as AsyncIterable<Buffer>) yield* splitter.push(chunk).map(parseLine);
  await end;
}

function parseLine(text: string): AttachLine {
  try {
    return attachLine.parse(parseJson(text));
  } catch (error) {
    // The error must not contain the line: an event may carry a token.
    throw new RefbenchError("worker", "the worker on the runner broke its protocol", { cause: error });
  }
}
