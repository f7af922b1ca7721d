import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import {
  OFFLINE_ENVIRONMENT,
  OFFLINE_SECRETS,
  prepareOfflinePlan,
  writeSyntheticState,
} from "./offline-plan.ts";

const LOCK_FILE = ".terraform.lock.hcl";

const diagnostic = z.object({
  severity: z.enum(["error", "warning"]),
  summary: z.string(),
  detail: z.string().optional(),
  snippet: z.object({ context: z.string().nullish() }).nullish(),
});
const validation = z.object({ diagnostics: z.array(diagnostic) });
/** A line of a plan's JSON stream that says something. */
const planLine = z.object({ type: z.literal("diagnostic"), diagnostic });

/** What Terraform has to say of a stack. */
export type ProviderDiagnostic = z.infer<typeof diagnostic>;

/** Terraform with the real providers: each set of them is installed once, whatever number of stacks need it. */
export class ValidationWorkspace {
  readonly #root: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #prepared = new Map<string, Promise<string>>();

  private constructor(root: string, env: NodeJS.ProcessEnv) {
    this.#root = root;
    this.#env = env;
  }

  /** In a folder; providers come from a mirror, or from their registry where none is named. */
  static async open(root: string, mirror?: string): Promise<ValidationWorkspace> {
    const env: NodeJS.ProcessEnv = { CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" };
    if (mirror !== undefined) {
      const file = join(root, "terraform.rc");
      const path = JSON.stringify(resolve(mirror));
      await writeFile(file, `provider_installation {\n  filesystem_mirror {\n    path = ${path}\n  }\n}\n`);
      env["TF_CLI_CONFIG_FILE"] = file;
    }
    return new ValidationWorkspace(root, env);
  }

  /** The findings of the providers' own checks about the synthesized stack in a folder. */
  async validate(directory: string): Promise<readonly ProviderDiagnostic[]> {
    const prepared = await this.#prepare(directory);
    await copyFile(join(prepared, LOCK_FILE), join(directory, LOCK_FILE));
    await symlink(join(prepared, ".terraform"), join(directory, ".terraform"));
    const { stdout } = await execa("terraform", ["validate", "-json", "-no-color"], {
      cwd: directory,
      env: this.#env,
      // A stack that is not valid is an exit code too; the words are in the output.
      reject: false,
    });
    return validation.parse(JSON.parse(stdout)).diagnostics;
  }

  /**
   * The providers' findings about an offline plan of a validated stack: with its secrets, then about a destroy
   * without them. Plans run checks that no schema has.
   */
  async plan(directory: string): Promise<readonly ProviderDiagnostic[]> {
    await prepareOfflinePlan(directory);
    const planned = await this.#planOnce(directory, ["plan"], OFFLINE_SECRETS);
    await writeSyntheticState(directory);
    return [...planned, ...(await this.#planOnce(directory, ["plan", "-destroy"], {}))];
  }

  async #planOnce(
    directory: string,
    command: readonly string[],
    secrets: NodeJS.ProcessEnv,
  ): Promise<readonly ProviderDiagnostic[]> {
    const args = [...command, "-json", "-input=false", "-lock=false", "-no-color"];
    const { stdout, exitCode } = await execa("terraform", args, {
      cwd: directory,
      env: { ...this.#env, ...OFFLINE_ENVIRONMENT, ...secrets },
      reject: false,
    });
    const diagnostics = stdout.split("\n").flatMap((line) => {
      const parsed = line.startsWith("{") ? planLine.safeParse(JSON.parse(line)) : undefined;
      return parsed?.success === true ? [parsed.data.diagnostic] : [];
    });
    if (exitCode === 0 || diagnostics.some(({ severity }) => severity === "error")) return diagnostics;
    return [
      { severity: "error", summary: `terraform ${command.join(" ")} ended with ${exitCode ?? "a signal"}` },
    ];
  }

  /** A folder in which the providers that a stack asks for are installed. */
  async #prepare(directory: string): Promise<string> {
    const { terraform } = JSON.parse(await readFile(join(directory, "cdk.tf.json"), "utf8")) as {
      terraform: { required_providers: object };
    };
    const required = JSON.stringify({ terraform: { required_providers: terraform.required_providers } });
    const known = this.#prepared.get(required) ?? this.#install(required);
    this.#prepared.set(required, known);
    return known;
  }

  async #install(required: string): Promise<string> {
    const folder = join(this.#root, "providers", createHash("sha256").update(required).digest("hex"));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "main.tf.json"), required);
    await execa("terraform", ["init", "-backend=false", "-input=false", "-no-color"], {
      cwd: folder,
      env: this.#env,
    });
    return folder;
  }
}
