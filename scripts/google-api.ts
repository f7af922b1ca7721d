/**
 * Starts the mock of Google's API alone and prints the variables that lead Terraform's google provider and refbench to
 * it. Ctrl-C ends it, and with it everything that was made there. Exit code 2 = a wrong flag.
 */
import { parseArgs } from "node:util";
import { speedDurations } from "../rehearsal/google-api/durations.ts";
import { MockGoogle } from "../rehearsal/google-api/mock-google.ts";

try {
  const { values } = parseArgs({
    options: {
      project: { type: "string", default: "some-project" },
      port: { type: "string", default: "0" },
      speed: { type: "string" },
      log: { type: "boolean", default: false },
    },
  });
  const google = new MockGoogle({
    project: values.project,
    port: portOf(values.port),
    ...(values.speed === undefined ? {} : { durationMs: speedDurations(Number(values.speed)) }),
    ...(values.log ? { log: (line, status) => console.error(`${status} ${line}`) } : {}),
  });
  await google.start();
  const stopped = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, resolve);
  });
  for (const [name, value] of Object.entries(google.env())) console.log(`export ${name}=${value}`);
  console.error(
    `mock of Google's API (simulated) for project ${values.project} at ${google.url}; Ctrl-C ends it`,
  );
  await stopped;
  await google[Symbol.asyncDispose]();
} catch (error) {
  // A wrong flag, or a port that is taken: the sentence helps, the stack does not.
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new RangeError(`--port must be a whole number from 0 to 65535; got "${text}"`);
}
