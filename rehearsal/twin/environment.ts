import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { replaceFileSync } from "../../harness/tools/files/replace-file.ts";
import { join, resolve } from "node:path";
import { programFile } from "../bundle.ts";
import { makeStore } from "../inventory/store.ts";
import type { RealCoder } from "../real-coder/config.ts";
import { inventoryFolder, TWIN_VARIABLES } from "./settings.ts";
import { withoutRealClouds } from "./clean-environment.ts";
import { readFaults } from "./faults.ts";
import { PLUGIN_VARIABLE, twinProviderPickedUp } from "./picked-up.ts";
import { DEFAULT_TWIN_SPEED } from "./speed.ts";
import { TYPES_IN_USE } from "./types-in-use.ts";
import { packageFile } from "../../reference-architectures/package-file.ts";

export { DEFAULT_TWIN_SPEED, twinProviderPickedUp };

export interface TwinOptions {
  /** The twin's folder, such as `.refbench/twin`. */
  readonly root: string;
  /** @default DEFAULT_TWIN_SPEED */
  readonly speed?: number;
  readonly buildSpeed: number;
  /** Share of workspace builds that fail. @default 0 */
  readonly failBuilds?: number;
  /** How long every shell takes until its prompt, milliseconds. @default as observed, divided by `buildSpeed` */
  readonly shellDelayMs?: number | undefined;
  /** @default "simulated" */
  readonly licence?: "none" | "simulated";
  /** Faults as `faults.ts` describes; the counts are written beside the file, so a run uses a separate copy. */
  readonly faultsFile?: string;
  /** A real Coder server that replaces the emulator. */
  readonly coder?: RealCoder | undefined;
  readonly baseEnv: NodeJS.ProcessEnv;
}

/** Makes the twin ready and returns the environment in which terraform and cdktf find it in the place of the clouds. */
export async function prepareTwin(options: TwinOptions): Promise<NodeJS.ProcessEnv> {
  const root = resolve(options.root);
  if (options.faultsFile !== undefined) readFaults(options.faultsFile);
  makeStore(inventoryFolder(root));
  const { plugin, runner, emulator, provisioners } = await twinPrograms();
  const mirror = writeMirror(root);
  const cliConfig = join(root, "terraform.rc");
  replaceFileSync(cliConfig, cliConfigText(mirror), 0o644);
  const {
    speed = DEFAULT_TWIN_SPEED,
    buildSpeed,
    failBuilds = 0,
    shellDelayMs,
    licence = "simulated",
    faultsFile,
  } = options;
  return {
    ...withoutRealClouds(options.baseEnv, join(root, "home")),
    TF_CLI_CONFIG_FILE: cliConfig,
    CHECKPOINT_DISABLE: "1",
    CDKTF_OUTPUT: join(root, "cdktf.out"),
    CDKTF_SKIP_PROVIDER_LOCK: "true",
    REFBENCH_MANUAL_DIR: join(root, "manual"),
    [PLUGIN_VARIABLE]: plugin,
    [TWIN_VARIABLES.root]: root,
    [TWIN_VARIABLES.source]: packageFile("rehearsal/twin"),
    [TWIN_VARIABLES.speed]: String(speed),
    [TWIN_VARIABLES.buildSpeed]: String(buildSpeed),
    [TWIN_VARIABLES.failBuilds]: String(failBuilds),
    ...(shellDelayMs !== undefined && { [TWIN_VARIABLES.shellDelayMs]: String(shellDelayMs) }),
    [TWIN_VARIABLES.licence]: licence,
    [TWIN_VARIABLES.emulator]: emulator,
    [TWIN_VARIABLES.runner]: runner,
    [TWIN_VARIABLES.provisioners]: provisioners,
    ...(options.coder !== undefined && {
      [TWIN_VARIABLES.coder]: JSON.stringify({
        ...options.coder,
        entry: await programFile("real-coder"),
      }),
    }),
    ...(faultsFile !== undefined && { [TWIN_VARIABLES.faults]: resolve(faultsFile) }),
  };
}

/** The paths of the programs that the twin starts, each in one file. */
export async function twinPrograms(): Promise<
  Record<"plugin" | "runner" | "emulator" | "provisioners", string>
> {
  const [plugin, runner, emulator, provisioners] = await Promise.all([
    programFile("plugin"),
    programFile("runner"),
    programFile("emulator"),
    programFile("provisioners"),
  ]);
  return { plugin, runner, emulator, provisioners };
}

/** The names by which Terraform and OpenTofu ask for a provider of HashiCorp's. */
const REGISTRIES = ["registry.terraform.io", "registry.opentofu.org"];

/**
 * The launchers' bytes never change while the bundle does, since Terraform's lock file holds their hash: the bundle's
 * path comes by environment.
 */
function writeMirror(root: string): string {
  const mirror = join(root, "mirror");
  const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  for (const [provider, { version }] of Object.entries(TYPES_IN_USE)) {
    const launcher = `#!/bin/sh\nexec "${process.execPath}" "$${PLUGIN_VARIABLE}" ${provider}\n`;
    for (const registry of REGISTRIES) {
      const folder = join(mirror, registry, "hashicorp", provider, version, platform);
      const file = join(folder, `terraform-provider-${provider}_v${version}`);
      if (existsSync(file) && readFileSync(file, "utf8") === launcher) continue;
      mkdirSync(folder, { recursive: true });
      replaceFileSync(file, launcher, 0o755);
    }
  }
  return mirror;
}

function cliConfigText(mirror: string): string {
  return `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\ndisable_checkpoint = true\n`;
}
