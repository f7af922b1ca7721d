import { systemClock } from "../../../harness/tools/time/clock.ts";
import { runBootstrap } from "../../../harness/workload/setup/bootstrap.ts";
import type { EmulatorConfig } from "../../../rehearsal/emulator/config.ts";
import { type Emulator, startEmulator } from "../../../rehearsal/emulator/server.ts";

/** An emulated Coder that was set up as a run does it, with a template `kubernetes` of this text. */
export async function startCoderWith(
  template: string,
  {
    env,
    daemons = 6,
    tls,
    caPem,
  }: {
    readonly env: EmulatorConfig["env"];
    readonly daemons?: number;
    readonly tls?: NonNullable<EmulatorConfig["tls"]>;
    readonly caPem?: string;
  },
): Promise<{ readonly url: string; readonly token: string; readonly emulator: Emulator }> {
  const emulator = await startEmulator({
    ...{ schemaVersion: 1, host: "127.0.0.1", port: 0, version: "2.31.0", replicas: 1 },
    env: { CODER_PROVISIONER_DAEMONS: String(daemons), ...env },
    ...{ buildSpeed: 100, failBuilds: 0, licence: "none", seeded: false },
    ...(tls === undefined ? {} : { tls }),
  });
  const { url } = emulator.ready;
  const { token } = await runBootstrap(
    {
      task: "bootstrap",
      deployment: { url, ssh: "tunnel", ...(caPem === undefined ? {} : { caPem }) },
      admin: { email: "admin@example.com", username: "admin", password: "Correct-Horse-9-Battery" },
      template: { name: "kubernetes", files: { "main.tf": template }, variables: {} },
      expect: { replicas: 1, provisionerDaemons: daemons },
      timeoutMs: 20_000,
    },
    { signal: new AbortController().signal, clock: systemClock, emit: () => undefined },
  );
  return { url, token, emulator };
}
