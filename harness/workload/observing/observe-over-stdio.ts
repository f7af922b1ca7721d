import { observeTask } from "../../model/observation/observe-task.ts";
import type { Observing } from "../../model/ports/observer.ts";
import { observe } from "../../observation/observe.ts";
import { openPlaces } from "../../observation/open-places.ts";
import { messageOf } from "../../tools/error.ts";
import { LineSplitter } from "../../tools/files/lines.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { type ObserverEvent, STOP_LINE } from "./protocol.ts";

/**
 * Reads places as one line of JSON from stdin, observes them until the line that ends it, and writes what it saw to
 * stdout. Places hold passwords, so they are in no argument and no variable. When stdin ends without that line, the
 * load has died, and so does this process.
 */
export function observeOverStdio(): void {
  let observing: Observing | undefined;
  let isEnding = false;
  // Ctrl-C reaches the whole group; only the load decides when this ends.
  process.on("SIGINT", () => undefined);
  process.stdout.on("error", () => process.exit(1));

  const take = (line: string): void => {
    if (observing === undefined) {
      const { places, everyMs } = readTask(line);
      observing = observe(openPlaces(places, systemClock), { clock: systemClock, everyMs });
      write({ type: "observing" });
    } else if (line === STOP_LINE && !isEnding) {
      isEnding = true;
      void observing.stop().then((observation) => {
        write({ type: "observed", observation }, () => process.exit(0));
      });
    }
  };
  const splitter = new LineSplitter();
  process.stdin.on("data", (chunk) => {
    try {
      splitter.push(chunk).forEach(take);
    } catch (error) {
      process.stderr.write(`${messageOf(error)}\n`, () => process.exit(1));
    }
  });
  process.stdin.on("close", () => process.exit(1));
}

function readTask(line: string) {
  const parsed = observeTask.safeParse(parseJson(line));
  if (parsed.success) return parsed.data;
  // The values are omitted: places hold passwords.
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`what to observe does not match: ${issues.join("; ")}`);
}

function write(event: ObserverEvent, done?: () => void): void {
  process.stdout.write(`${JSON.stringify(event)}\n`, done);
}
