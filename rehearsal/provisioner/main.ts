import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { provisionerConfig } from "./config.ts";
import { connectProvisioners } from "./connect.ts";
import { parseJson } from "../../harness/tools/parse-json.ts";

/** The process of a release's or machine's provisioners: detached, so it ends by SIGTERM only. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  if (values.config === undefined) throw new Error("usage: main --config FILE");
  const config = provisionerConfig.parse(parseJson(await readFile(values.config, "utf8")));
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  const { ready, close } = await connectProvisioners(config);
  process.once("SIGTERM", () => {
    close();
    process.exit(0);
  });
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  // Also while none is connected: they try again, as pods do.
  setInterval(() => undefined, 60_000);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
