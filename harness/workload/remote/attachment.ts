import { PassThrough } from "node:stream";
import type { ClientChannel } from "ssh2";
import { RefbenchError } from "../../tools/error.ts";
import { LineSplitter } from "../../tools/files/lines.ts";
import { OutOfReach } from "./out-of-reach.ts";
import type { RunnerConnection } from "./connection.ts";
import { type AttachLine, attachLine, type ClientLine } from "./protocol.ts";
import { parseJson } from "../../tools/parse-json.ts";

const KEPT_WORDS = 2000;
const LOSS_MS = 2000;

/** A running `attach` on the runner. */
export interface Attachment {
  /** Its output lines. Throws at its end, unless its last line was read. */
  readonly lines: AsyncIterable<AttachLine>;
  readonly send: (line: ClientLine) => void;
}

/** Runs the attach command over a connection. */
export async function openAttachment(
  { client, whileUp }: RunnerConnection,
  command: string,
): Promise<Attachment> {
  const channel = await whileUp(
    new Promise<ClientChannel>((resolve, reject) => {
      client.exec(command, (error, opened) => {
        if (error === undefined) resolve(opened);
        else reject(new OutOfReach(error.message, { cause: error }));
      });
    }),
  );
  let words = "";
  let code: number | undefined;
  channel.stderr.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString("utf8")).slice(-KEPT_WORDS);
  });
  channel.on("exit", (exitCode: number | null) => (code = exitCode ?? undefined));
  // A lost connection is reported by `whileUp`.
  channel.on("error", () => undefined);
  const ended = new Promise<never>((_, reject) => {
    channel.on("close", () => {
      const end = (): void => reject(new OutOfReach(describeEnd(code, words.trim())));
      // Without an exit code the whole connection is about to be lost, and its reason is more useful.
      if (code === undefined) setTimeout(end, LOSS_MS).unref();
      else end();
    });
  });
  return {
    lines: readLines(channel, whileUp(ended)),
    send: (line) => {
      if (channel.writable) channel.write(`${JSON.stringify(line)}\n`);
    },
  };
}

async function* readLines(channel: ClientChannel, end: Promise<never>): AsyncGenerator<AttachLine> {
  const output = channel.pipe(new PassThrough());
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

function describeEnd(code: number | undefined, words: string): string {
  const end =
    code === undefined ? "the worker's connection ended" : `the worker ended with exit code ${code}`;
  return `${end}${words === "" ? "" : `; its output: ${words}`}`;
}
