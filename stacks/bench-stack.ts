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
import type { Size } from "../reference-architectures/architecture.ts";
import type { Environment } from "./environment.ts";
import { MovableBackend, STATE_FILE } from "./movable-backend.ts";
import {
  PROVISIONER_EXPRESSIONS,
  PROVISIONER_KEY,
  PROVISIONERS,
  type ProvisionerVariables,
} from "./provisioners/variables.ts";
import { UNSET_SECRET } from "./secrets.ts";
import { addStateBucket } from "./state-bucket.ts";

export interface BenchStackProps {
  readonly environment: Environment;
  /** The folder of the states, with a folder for each stack; absent = beside the stack's own folder, as in a run. */
  readonly stateFolder?: string;
}

/** A stack whose state moves with its folder, with readable addresses. */
export abstract class BenchStack extends TerraformStack {
  protected readonly environment: Environment;
  // Created on demand, because the parent class's constructor already needs ids.
  private addresses?: Map<string, string>;

  protected constructor(app: App, name: string, props: BenchStackProps) {
    super(app, name);
    this.environment = props.environment;
    // For write-only attributes. In a manual deployment nothing else reports an older Terraform before it fails.
    this.addOverride("terraform.required_version", ">= 1.11");
    const { stateBucket } = props.environment;
    if (stateBucket != null) addStateBucket(this, name, stateBucket, props.environment);
    else if (props.stateFolder === undefined) new MovableBackend(this);
    else new LocalBackend(this, { path: pathOfState(app.outdir, name, props.stateFolder) });
  }

  /**
   * Adds a variable for the secret of a write-only attribute. A plan and a destroy work without its value, an apply
   * does not.
   */
  protected ephemeralVariable(
    name: string,
    description: string,
    /** The condition, in Terraform's language, on which an apply needs no value. @default it always needs one */
    notNeeded?: string,
  ): TerraformVariable {
    const variable = new TerraformVariable(this, name, {
      type: "string",
      sensitive: true,
      description,
      default: UNSET_SECRET,
      validation: [
        {
          // True only during an apply. During a destroy, Terraform validates nothing.
          condition: `\${${notNeeded === undefined ? "" : `${notNeeded} || `}!terraform.applying || var.${name} != ${JSON.stringify(UNSET_SECRET)}}`,
          errorMessage: `${name} is not set: an apply needs its value in TF_VAR_${name} or in a *.auto.tfvars.json file; a destroy needs none.`,
        },
      ],
    });
    variable.addOverride("ephemeral", true);
    return variable;
  }

  /** Adds the two variables of external provisioners. An apply before Coder has made their key leaves both unset. */
  protected provisionerVariables({
    externalProvisioners: { count },
  }: Size): ProvisionerVariables & { readonly variable: TerraformVariable } {
    new TerraformVariable(this, PROVISIONERS, {
      type: "number",
      description: "Number of external provisioners: 0 until Coder has made their key.",
      default: 0,
      validation: [
        {
          condition: `\${contains([0, ${count}], var.${PROVISIONERS})}`,
          errorMessage: `${PROVISIONERS} must be 0 or ${count}, the number of this size.`,
        },
      ],
    });
    const variable = this.ephemeralVariable(
      PROVISIONER_KEY,
      "Key of the external provisioners, made by Coder.",
      `var.${PROVISIONERS} == 0`,
    );
    return { ...PROVISIONER_EXPRESSIONS, variable };
  }

  /** Adds outputs with the names of the contract with the harness. */
  protected addOutputs(
    outputs: Readonly<Record<string, string | Readonly<Record<string, string>> | undefined>>,
  ): void {
    for (const [name, value] of Object.entries(outputs)) {
      if (value === undefined) continue;
      // Named explicitly: outputs and resources have separate names in Terraform, and may be equal.
      new TerraformOutput(this, name, { value }).overrideLogicalId(name);
    }
  }

  /** Returns the construct path without cdktf's hash: `database/instance` becomes `database_instance`. */
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

/**
 * Returns the path from a synthesized stack's folder to its state in another folder. It is relative, so that both may
 * move.
 */
function pathOfState(outdir: string, stack: string, stateFolder: string): string {
  const from = resolve(outdir, "stacks", stack);
  const path = relative(from, join(resolve(stateFolder), stack, STATE_FILE));
  if (isAbsolute(path)) throw new Error(`no relative way from ${from} to ${stateFolder}`);
  return path;
}
