import { Worker } from "node:worker_threads";
import { describeInput } from "./campaign.ts";

const MOST_BYTES = 1 << 20;

/** The program of the watching thread. When no case begins for a while, it names the hanging one and ends the process. */
const WATCHER = `
const { parentPort, workerData: { shared, bytes, hangMs } } = require("node:worker_threads");
const count = new Int32Array(shared);
let [last, since] = [-1, Date.now()];
setInterval(() => {
  if (count[0] !== last) { last = count[0]; since = Date.now(); }
  if (Date.now() - since < hangMs) return;
  const text = Buffer.from(new Uint8Array(bytes, 0, count[1])).toString();
  require("node:fs").writeSync(2, "FOUND a case that does not end within " + hangMs + " ms: " + text + "\\n");
  process.kill(process.pid, "SIGKILL");
}, 250);
`;

/** Watches from another thread that cases continue: a hanging case cannot report itself. */
export function startHangWatch(hangMs: number): {
  readonly onCase: (target: string, input: unknown) => void;
  readonly stop: () => Promise<void>;
} {
  const shared = new SharedArrayBuffer(8);
  const bytes = new SharedArrayBuffer(MOST_BYTES);
  const count = new Int32Array(shared);
  const worker = new Worker(WATCHER, { eval: true, workerData: { shared, bytes, hangMs } });
  return {
    onCase: (target, input) => {
      const text = Buffer.from(`${target}: ${describeInput(input)}`).subarray(0, MOST_BYTES);
      new Uint8Array(bytes).set(text);
      count[1] = text.length;
      Atomics.add(count, 0, 1);
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}
