import { jsonText } from "../../tools/safe-text.ts";
import { Command, Option } from "commander";
import { outputOption } from "../options/output-option.ts";
import { resolve } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import type { Io } from "../../composition/settings/io.ts";
import { addTwinSpeeds } from "../options/rehearsal-options.ts";
import { twinRoot } from "../../composition/settings/defaults.ts";

/** `refbench twin`: the cloud on this machine that rehearsals run against. */
export function twinCommand(io: Io): Command {
  const twin = new Command("twin");
  twin
    .command("list")
    .description("everything that exists in the twin, whoever made it")
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }))
    .action(async ({ output }: { readonly output: "text" | "json" }) => {
      const { listTwin } = await import("../../../rehearsal/twin/inventory-adapter.ts");
      const items = await listTwin(twinRoot(io.cwd));
      if (output === "json") {
        io.stdout.write(jsonText(items));
        return;
      }
      for (const { kind, name, scope, status, origin } of items)
        io.stdout.write(`${kind}  ${name}  ${scope}  ${status}  ${origin}\n`);
      io.stderr.write(
        items.length === 0 ? "nothing exists in the twin\n" : `${items.length} things exist in the twin\n`,
      );
    });
  addTwinSpeeds(twin.command("exec"))
    .description("run a command against the twin: refbench twin exec -- npx cdktf deploy 'gke*'")
    .addOption(
      new Option("--faults <file>", "JSON file of faults for the twin to play").env("REFBENCH_FAULTS"),
    )
    .argument("<command...>", "the command and its arguments, after --")
    .action(
      async (
        [command, ...args]: string[],
        flags: { readonly speed: number; readonly buildSpeed: number; readonly faults?: string },
      ) => {
        if (command === undefined) throw new RefbenchError("usage", "twin exec needs a command after --");
        const { checkFaultsFile } = await import("../../../rehearsal/twin/faults.ts");
        const { prepareTwin } = await import("../../../rehearsal/twin/environment.ts");
        const env = await prepareTwin({
          root: twinRoot(io.cwd),
          speed: flags.speed,
          buildSpeed: flags.buildSpeed,
          ...(flags.faults === undefined
            ? {}
            : { faultsFile: checkFaultsFile(resolve(io.cwd, flags.faults)) }),
          baseEnv: io.env,
        });
        // Ctrl-C reaches the whole group: the command decides what it means.
        const ignore = (): void => undefined;
        process.on("SIGINT", ignore);
        const { execa } = await import("execa");
        const result = await execa(command, args, {
          cwd: io.cwd,
          env,
          extendEnv: false,
          stdio: "inherit",
          reject: false,
          forceKillAfterDelay: false,
        });
        process.off("SIGINT", ignore);
        if (result.exitCode === undefined && result.signal === undefined) {
          throw new RefbenchError(
            "usage",
            `"${command}" cannot be run: ${result.shortMessage ?? "not found"}`,
          );
        }
        io.exit(result.exitCode ?? 1);
      },
    );
  return twin;
}
