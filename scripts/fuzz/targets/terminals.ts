import { ShellSession } from "../../../harness/coder/shell-session.ts";
import { JsonStream } from "../../../rehearsal/emulator/terminal/json-stream.ts";
import { printed } from "../laws.ts";
import { chunksNear } from "../mutations.ts";
import { accepted, type Outcome, refused, type Target, target } from "../target.ts";

const QUIET = {
  write: () => undefined,
  close: () => undefined,
  destroy: () => undefined,
  ping: () => undefined,
};
/** The last words of a session are 512 characters and its reason. */
const MOST_WORDS = 2_000;

/** Messages of a terminal's websocket, in either direction. */
export const terminals: readonly Target[] = [
  target({
    name: "terminal: output of a shell",
    inputs: chunksNear([
      'echo "gd""kp"\r\ngdkp\r\n$ ',
      "\u001b[?2004h$ \u001b]0;title\u0007hello\r\n",
      "Press any key to continue\r\n",
    ]),
    read: async (chunks: readonly Uint8Array[]): Promise<Outcome> => {
      const session = new ShellSession("terminal", QUIET);
      const asked = session.ask('echo "gd""kp"', "gdkp", { timeoutMs: 60_000, mayFollowPrompt: true });
      let why = "";
      session.onEnd(({ reason }) => (why = reason));
      for (const chunk of chunks) session.push(Buffer.from(chunk));
      session.end("the terminal closed with 1006");
      const outcome = await asked;
      const words = ["output" in outcome ? outcome.output : "", why];
      for (const text of words)
        if (text.length > MOST_WORDS) throw new Error(`it keeps ${text.length} characters of output`);
      return accepted(...words.map(printed));
    },
  }),
  target({
    name: "terminal: what a client types, at the emulator",
    inputs: chunksNear([
      '{"data":"echo hello\\r"}',
      '{"width":80,"height":24}{"data":"x"}',
      '{"data":"\\u001b[A}"}',
    ]),
    read: (chunks: readonly Uint8Array[]): Outcome => {
      const stream = new JsonStream();
      try {
        for (const chunk of chunks) stream.push(Buffer.from(chunk));
      } catch {
        return refused();
      }
      return accepted();
    },
  }),
];
