import { join } from "node:path";
import { z } from "zod";
import { realCoder } from "../real-coder/config.ts";
import { parseJson } from "../../harness/tools/parse-json.ts";

/** The variables by which `prepareTwin` passes settings to the plugin, through Terraform's environment. */
export const TWIN_VARIABLES = {
  root: "REFBENCH_TWIN_ROOT",
  source: "REFBENCH_TWIN_SOURCE",
  speed: "REFBENCH_TWIN_SPEED",
  buildSpeed: "REFBENCH_TWIN_BUILD_SPEED",
  failBuilds: "REFBENCH_TWIN_FAIL_BUILDS",
  shellDelayMs: "REFBENCH_TWIN_SHELL_DELAY_MS",
  licence: "REFBENCH_TWIN_LICENCE",
  faults: "REFBENCH_TWIN_FAULTS",
  emulator: "REFBENCH_TWIN_EMULATOR",
  coder: "REFBENCH_TWIN_CODER",
  runner: "REFBENCH_TWIN_RUNNER",
  provisioners: "REFBENCH_TWIN_PROVISIONERS",
} as const;

const settings = z.object({
  /** The twin's folder: inventory, emulators. */
  root: z.string(),
  /** Folder of the schemas and .proto files. */
  source: z.string(),
  /** Divides the cloud's durations. */
  speed: z.coerce.number().positive(),
  buildSpeed: z.coerce.number().positive(),
  failBuilds: z.coerce.number().min(0).max(1),
  shellDelayMs: z.coerce.number().nonnegative().optional(),
  licence: z.enum(["none", "simulated"]),
  faults: z.string().optional(),
  /** The emulator's bundle. */
  emulator: z.string(),
  /** A real Coder to start in the emulator's place, as JSON, and the bundle of what keeps it. */
  coder: z
    .string()
    .transform((text) => parseJson(text))
    .pipe(realCoder.extend({ entry: z.string() }))
    .optional(),
  /** The load runner's bundle. */
  runner: z.string(),
  /** The bundle of external provisioners. */
  provisioners: z.string(),
});
export type TwinSettings = z.infer<typeof settings>;

/** Reads the settings from the environment. */
export function twinSettings(env: NodeJS.ProcessEnv): TwinSettings {
  return settings.parse(
    Object.fromEntries(Object.entries(TWIN_VARIABLES).map(([name, variable]) => [name, env[variable]])),
  );
}

/** The inventory's folder of a twin. */
export function inventoryFolder(root: string): string {
  return join(root, "inventory");
}
