import { readFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { parseArgs } from "node:util";
import { runCarrier } from "./carriers/carrier.ts";
import { countCarriers } from "./carriers/carriers.ts";
import { emulatorConfig } from "./config.ts";
import { startEmulator } from "./server.ts";
import { parseJson } from "../../harness/tools/parse-json.ts";

/** The emulator's own process: detached, so it ends by SIGTERM only, and prints one line once it answers. */
async function main(): Promise<void> {
  keepPace();
  const { values } = parseArgs({ options: { config: { type: "string" }, carrier: { type: "boolean" } } });
  if (values.carrier === true) {
    runCarrier();
    return;
  }
  if (values.config === undefined) throw new Error("usage: main --config FILE");
  const config = emulatorConfig.parse(parseJson(await readFile(values.config, "utf8")));
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  const emulator = await startEmulator(config, {
    onWarning: (message) => void process.stderr.write(`${message}\n`),
    carriers: countCarriers(config.licence === "simulated" ? config.replicas : 1, config),
  });
  process.once("SIGTERM", () => {
    void emulator.close().finally(() => process.exit(0));
  });
  process.stdout.write(`${JSON.stringify(emulator.ready)}\n`);
}

/** The load's workers raise their priority. On the machine that they share, the emulator would never get its turn. */
function keepPace(): void {
  try {
    setPriority(constants.priority.PRIORITY_ABOVE_NORMAL);
  } catch {
    // Not allowed here, and then not allowed to the workers either.
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
