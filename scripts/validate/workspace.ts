import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { z } from "zod";

const LOCK_FILE = ".terraform.lock.hcl";

const validation = z.object({
  diagnostics: z.array(
    z.object({
      severity: z.enum(["error", "warning"]),
      summary: z.string(),
      detail: z.string().optional(),
      snippet: z.object({ context: z.string().nullish() }).nullish(),
    }),
  ),
});

/** What Terraform has to say of a stack. */
export type Diagnostic = z.infer<typeof validation>["diagnostics"][number];

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

  /** What the providers' own checks say of the synthesized stack in a folder. */
  async validate(directory: string): Promise<readonly Diagnostic[]> {
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
