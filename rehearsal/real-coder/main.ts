import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { messageOf } from "../../harness/tools/error.ts";
import { realCoderConfig } from "./config.ts";
import { startServer } from "./server.ts";
import { parseJson } from "../../harness/tools/parse-json.ts";

/**
 * The process that runs one real Coder server: detached, it ends by SIGTERM or with the server, and prints one line
 * once the server answers.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  if (values.config === undefined) throw new Error("usage: main --config FILE");
  const config = realCoderConfig.parse(parseJson(readFileSync(values.config, "utf8")));
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  const warn = (message: string): void => void process.stderr.write(`${message}\n`);
  // A stop in the middle of a start: what was started ends with this process.
  const leave = (): void => process.exit(0);
  process.once("SIGTERM", leave);
  const server = await startServer(config, warn);
  process.off("SIGTERM", leave);
  const asked = new Promise<undefined>((resolve) => {
    process.once("SIGTERM", () => resolve(undefined));
  });
  process.stdout.write(`${JSON.stringify(server.ready)}\n`);
  const failure = await Promise.race([asked, server.failed]);
  if (failure !== undefined) warn(failure);
  await server.stop();
  process.exit(failure === undefined ? 0 : 1);
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
