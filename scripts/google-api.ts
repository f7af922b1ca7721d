/**
 * Starts the mock of Google's API alone and prints the variables that lead Terraform's provider and refbench to it.
 * Ctrl-C ends it; with it goes everything that was made.
 */
import { parseArgs } from "node:util";
import { speedDurations } from "../harness/rehearsal/google-api/durations.ts";
import { MockGoogle } from "../harness/rehearsal/google-api/mock-google.ts";

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
  port: Number(values.port),
  ...(values.speed === undefined ? {} : { durationMs: speedDurations(Number(values.speed)) }),
  ...(values.log ? { log: (line, status) => console.error(`${status} ${line}`) } : {}),
});
await google.start();
for (const [name, value] of Object.entries(google.env())) console.log(`export ${name}=${value}`);
console.error(
  `a mock of Google's API for the project ${values.project} (simulated) at ${google.url}; Ctrl-C ends it`,
);
await new Promise((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, resolve);
});
await google[Symbol.asyncDispose]();
