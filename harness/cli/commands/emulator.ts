import { Command, Option } from "commander";
import { outputOption } from "../options/output-option.ts";
import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import type { Io } from "../../composition/settings/io.ts";
import { shellDelayOption } from "../options/rehearsal-options.ts";
import { count, positive, share } from "../../tools/quantities.ts";

interface EmulatorFlags {
  readonly replicas: number;
  readonly daemons: number;
  readonly host: string;
  readonly port: number;
  readonly buildSpeed: number;
  readonly failBuilds: number;
  readonly shellDelay?: number;
  readonly prebuilds: number;
  readonly workspaceProxies: number;
  readonly metricsPort?: number;
  readonly output: "text" | "json";
}

/** `refbench emulator`: one emulated Coder alone, for anything that speaks Coder's API. */
export function emulatorCommand(io: Io): Command {
  return new Command("emulator")
    .addOption(
      new Option("--replicas <n>", "replicas of coderd")
        .env("REFBENCH_REPLICAS")
        .default(1)
        .argParser(count("--replicas", 1, 100)),
    )
    .addOption(
      new Option("--daemons <n>", "provisioner daemons a replica")
        .env("REFBENCH_DAEMONS")
        .default(3)
        .argParser(count("--daemons", 1, 1000)),
    )
    .addOption(
      new Option("--host <address>", "address to listen on").env("REFBENCH_HOST").default("127.0.0.1"),
    )
    .addOption(
      new Option("--port <n>", "port to listen on; 0 = any free one")
        .env("REFBENCH_PORT")
        .default(0)
        .argParser(count("--port", 0, 65_535)),
    )
    .addOption(
      new Option("--build-speed <factor>", "compresses builds; 1 = as observed on a real server")
        .env("REFBENCH_BUILD_SPEED")
        .default(1)
        .argParser(positive("--build-speed")),
    )
    .addOption(
      new Option("--fail-builds <share>", "share of start builds that fail, 0 to 1")
        .env("REFBENCH_FAIL_BUILDS")
        .default(0)
        .argParser(share("--fail-builds")),
    )
    .addOption(shellDelayOption())
    .addOption(
      new Option("--prebuilds <n>", "prebuilt workspaces that Coder keeps ready until it is paused")
        .env("REFBENCH_PREBUILDS")
        .default(0)
        .argParser(count("--prebuilds", 0, 100)),
    )
    .addOption(
      new Option(
        "--workspace-proxies <n>",
        "workspace proxies (proxy-1, …), each on a free port, that open terminals",
      )
        .env("REFBENCH_WORKSPACE_PROXIES")
        .default(0)
        .argParser(count("--workspace-proxies", 0, 10)),
    )
    .addOption(
      new Option("--metrics-port <n>", "port on which it serves its metrics as Coder does (default: none)")
        .env("REFBENCH_METRICS_PORT")
        .argParser(count("--metrics-port", 1, 65_535)),
    )
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }))
    .action(async (flags: EmulatorFlags) => {
      const gke = getArchitecture("gke");
      const { startEmulator } = await import("../../../rehearsal/emulator/server.ts");
      const emulator = await startEmulator({
        schemaVersion: 1,
        host: flags.host,
        port: flags.port,
        version: gke.sizes[gke.defaultSize]?.coder.version ?? "",
        replicas: flags.replicas,
        env: {
          CODER_PROVISIONER_DAEMONS: String(flags.daemons),
          ...(flags.metricsPort === undefined
            ? {}
            : {
                CODER_PROMETHEUS_ENABLE: "true",
                CODER_PROMETHEUS_ADDRESS: `${flags.host}:${flags.metricsPort}`,
                CODER_PROMETHEUS_COLLECT_AGENT_STATS: "true",
              }),
        },
        buildSpeed: flags.buildSpeed,
        failBuilds: flags.failBuilds,
        ...(flags.shellDelay === undefined ? {} : { shellDelayMs: flags.shellDelay }),
        licence:
          flags.replicas > 1 || flags.prebuilds > 0 || flags.workspaceProxies > 0 ? "simulated" : "none",
        seeded: true,
        prebuilds: flags.prebuilds,
        workspaceProxies: Array.from({ length: flags.workspaceProxies }, (_, index) => `proxy-${index + 1}`),
      });
      const { ready } = emulator;
      // The token is what the caller asked for; it opens nothing but this emulator.
      io.stdout.write(
        flags.output === "json"
          ? `${JSON.stringify({ simulated: true, ...ready })}\n`
          : `emulated Coder (simulated) at ${ready.url}\nemail     ${ready.email ?? ""}\npassword  ${ready.password ?? ""}\ntoken     ${ready.token ?? ""}\n`,
      );
      await new Promise<void>((resolve) => {
        process.once("SIGINT", resolve);
        process.once("SIGTERM", resolve);
        process.once("SIGHUP", resolve);
      });
      await emulator.close();
    });
}
