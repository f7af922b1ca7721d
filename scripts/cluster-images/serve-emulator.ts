import { networkInterfaces } from "node:os";
import { parseArgs } from "node:util";
import { startEmulator } from "../../rehearsal/emulator/server.ts";

/**
 * The program of the emulator's image: serves Coder's API on the pod's address and prints one line of JSON once it
 * answers, with the token of its site admin. SIGTERM ends it.
 */
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "7080" },
    replicas: { type: "string", default: "1" },
    daemons: { type: "string", default: "100" },
    "build-speed": { type: "string", default: "1000" },
  },
});

const emulator = await startEmulator(
  {
    schemaVersion: 1,
    host: podAddress(),
    port: Number(values.port),
    version: "2.31.0",
    replicas: Number(values.replicas),
    env: { CODER_PROVISIONER_DAEMONS: values.daemons, CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true" },
    buildSpeed: Number(values["build-speed"]),
    failBuilds: 0,
    licence: "simulated",
    seeded: true,
  },
  { onWarning: (message) => void process.stderr.write(`${message}\n`) },
);
process.stdout.write(`${JSON.stringify({ simulated: true, ...emulator.ready })}\n`);
process.once("SIGTERM", () => void emulator.close().finally(() => process.exit(0)));

/** The first address that other pods reach: the emulator names itself by it where clients ask for its address. */
function podAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? "127.0.0.1";
}
