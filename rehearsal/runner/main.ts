import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { runnerConfig } from "./config.ts";
import { endOthersOfOwnItem } from "../inventory/marked-processes.ts";
import { startRunner } from "./server.ts";
import { parseJson } from "../../harness/tools/parse-json.ts";

/** The runner's own process: detached, so it ends by SIGTERM only, and prints one line once it answers. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  if (values.config === undefined) throw new Error("usage: main --config FILE");
  const config = runnerConfig.parse(parseJson(await readFile(values.config, "utf8")));
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  const ready = await startRunner(config);
  process.once("SIGTERM", () => {
    void endOthersOfOwnItem().finally(() => process.exit(0));
  });
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
