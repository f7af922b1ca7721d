import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";

export interface RoleProps {
  readonly environment: Environment;
  readonly role: string;
  /** The trust statement: who may assume it, and under which condition. */
  readonly trust: object;
  /** The names of AWS's own policies. */
  readonly policies: readonly string[];
}

/** A role of AWS with exactly these policies. */
export class Role extends Construct {
  readonly arn: string;
  readonly name: string;
  /** Exists when the policies apply. */
  readonly ready: ITerraformDependable[];

  constructor(scope: Construct, id: string, { environment, role, trust, policies }: RoleProps) {
    super(scope, id);
    const name = benchName(environment, role);
    const iam = new IamRole(this, "role", {
      name,
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", ...trust }],
      }),
    });
    this.arn = iam.arn;
    this.name = iam.name;
    this.ready = policies.map(
      (policy) =>
        new IamRolePolicyAttachment(this, policy.split("/").at(-1) ?? policy, {
          role: iam.name,
          policyArn: `arn:aws:iam::aws:policy/${policy}`,
        }),
    );
  }
}

/** Returns the trust in a service of AWS. */
export function serviceTrust(service: string): object {
  return { Action: "sts:AssumeRole", Principal: { Service: `${service}.amazonaws.com` } };
}
