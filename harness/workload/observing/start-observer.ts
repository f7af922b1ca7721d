import { once } from "node:events";
import type { Observation } from "../../model/observation/observation.ts";
import type { ObserveTask } from "../../model/observation/observe-task.ts";
import { childEnvironment } from "../../model/environment/child-environment.ts";
import { readLines } from "../../tools/files/lines.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { generatorNow } from "../context/clock-watch.ts";
import { LEAN_ALLOCATOR } from "../worker-process/lean-process.ts";
import { startPiped } from "../worker-process/start-piped.ts";
import { observerEvent, STOP_LINE } from "./protocol.ts";

const KEPT_STDERR = 1_000;
const SHOWN_STDERR = 200;

/** A process that observes. */
export interface Observer {
  /** Ends the observation. Throws, with the reason, if there is no report within `withinMs`. */
  stop(withinMs: number): Promise<Observation>;
  /** Ends the process, whatever it does. */
  kill(): void;
}

/** Starts the observing process. Throws if there is no room for it; everything later is thrown by `stop`. */
export function startObserver(task: ObserveTask, command: readonly [string, ...string[]]): Promise<Observer> {
  const env = { ...LEAN_ALLOCATOR, ...childEnvironment("worker", process.env) };
  const child = startPiped("the observer", command, { env });
  child.stdin.on("error", () => undefined);
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-KEPT_STDERR);
  });
  child.stdin.write(`${JSON.stringify(task)}\n`);
  const reported = readReport(child.stdout as AsyncIterable<Buffer>).then(async (report) => {
    if (report !== undefined) return report;
    if (child.exitCode === null && child.signalCode === null)
      await once(child, "close").catch(() => undefined);
    const how = child.signalCode ?? `exit code ${child.exitCode ?? "unknown"}`;
    const said = stderr.trim().split(/\s+/).join(" ").slice(0, SHOWN_STDERR);
    throw new Error(`the observing process ended with ${how}${said === "" ? "" : `: ${said}`}`);
  });
  // Nobody waits for it before the load ends.
  reported.catch(() => undefined);
  return Promise.resolve({
    stop: async (withinMs) => {
      child.stdin.write(`${STOP_LINE}\n`);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        const error = new Error(`the observing process did not report within ${withinMs} ms`);
        timer = setTimeout(() => reject(error), withinMs);
      });
      return Promise.race([reported, late]).finally(() => clearTimeout(timer));
    },
    kill: () => void child.kill("SIGKILL"),
  });
}

/** The report, by the clock of this process, which nobody sets while it runs. */
async function readReport(lines: AsyncIterable<Buffer>): Promise<Observation | undefined> {
  let startedAtMs: number | undefined;
  for await (const line of readLines(lines)) {
    const event = observerEvent.parse(parseJson(line));
    if (event.type === "observing") startedAtMs = Math.round(generatorNow());
    else return { ...event.observation, startedAtMs: startedAtMs ?? event.observation.startedAtMs };
  }
  return undefined;
}
