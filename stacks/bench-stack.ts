import { isAbsolute, join, relative, resolve } from "node:path";
import type { Node } from "constructs";
import {
  type App,
  LocalBackend,
  TerraformElement,
  TerraformOutput,
  TerraformStack,
  TerraformVariable,
} from "cdktf";
import type { Environment } from "./environment.ts";
import { MovableBackend, STATE_FILE } from "./movable-backend.ts";
import { UNSET_SECRET } from "./secrets.ts";
import { addStateBucket } from "./state-bucket.ts";

export interface BenchStackProps {
  readonly environment: Environment;
  /** Folder of the state, below which each stack has a folder; absent = beside the stack's own folder, as in a run. */
  readonly stateFolder?: string;
}

/** A stack whose state moves with its folder and whose addresses a person can read. */
export abstract class BenchStack extends TerraformStack {
  protected readonly environment: Environment;
  // Made on demand: the first ids are asked for while the parent class is being constructed.
  private addresses?: Map<string, string>;

  protected constructor(app: App, name: string, props: BenchStackProps) {
    super(app, name);
    this.environment = props.environment;
    // Write-only attributes: by hand nobody else says so before Terraform stumbles over them.
    this.addOverride("terraform.required_version", ">= 1.11");
    const { stateBucket } = props.environment;
    if (stateBucket != null) addStateBucket(this, name, stateBucket, props.environment);
    else if (props.stateFolder === undefined) new MovableBackend(this);
    else new LocalBackend(this, { path: pathOfState(app.outdir, name, props.stateFolder) });
  }

  /** A secret on its way to a write-only attribute; a plan and a destroy work without it, an apply does not. */
  protected ephemeralVariable(name: string, description: string): TerraformVariable {
    const variable = new TerraformVariable(this, name, {
      type: "string",
      sensitive: true,
      description,
      default: UNSET_SECRET,
      validation: [
        {
          // True only while changes are made, and never while a destroy makes them: there Terraform validates nothing.
          condition: `\${!terraform.applying || var.${name} != ${JSON.stringify(UNSET_SECRET)}}`,
          errorMessage: `${name} is not set: an apply needs its value in TF_VAR_${name} or in a *.auto.tfvars.json file; a destroy needs none.`,
        },
      ],
    });
    variable.addOverride("ephemeral", true);
    return variable;
  }

  /** Outputs under the names of the contract with the harness. */
  protected addOutputs(
    outputs: Readonly<Record<string, string | Readonly<Record<string, string>> | undefined>>,
  ): void {
    for (const [name, value] of Object.entries(outputs)) {
      if (value === undefined) continue;
      // Named by hand: outputs and resources are different names to Terraform, and may be the same.
      new TerraformOutput(this, name, { value }).overrideLogicalId(name);
    }
  }

  /** The construct path without cdktf's hash, so that `database/instance` is `database_instance`. */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = element instanceof TerraformElement ? element.node : element;
    const scopes: readonly string[] = node.scopes
      .slice(node.scopes.indexOf(this as unknown as (typeof node.scopes)[number]) + 1)
      .map((scope: { readonly node: { readonly id: string } }) => scope.node.id);
    const id = scopes.join("_").replaceAll(/[^A-Za-z0-9_-]/g, "_");
    this.addresses ??= new Map();
    const taken = this.addresses.get(id);
    if (taken !== undefined && taken !== node.path) {
      throw new Error(`${node.path} and ${taken} would both be called ${id}: name one of them differently`);
    }
    this.addresses.set(id, node.path);
    return id;
  }
}

/** Where Terraform finds a state in another folder, from the synthesized stack's own: relative, so that both may move. */
function pathOfState(outdir: string, stack: string, stateFolder: string): string {
  const from = resolve(outdir, "stacks", stack);
  const path = relative(from, join(resolve(stateFolder), stack, STATE_FILE));
  if (isAbsolute(path)) throw new Error(`no relative way from ${from} to ${stateFolder}`);
  return path;
}
