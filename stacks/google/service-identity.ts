import { ServiceAccount } from "@cdktf/provider-google/lib/service-account/index.js";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";

export interface ServiceIdentityProps {
  readonly environment: Environment;
  readonly role: string;
  readonly displayName: string;
}

/**
 * The account of a machine. It has no permissions by default, while the project's default account may edit
 * everything.
 */
export class ServiceIdentity extends Construct {
  readonly id: string;
  readonly email: string;
  /** The account's name in grants. */
  readonly member: string;

  constructor(scope: Construct, id: string, { environment, role, displayName }: ServiceIdentityProps) {
    super(scope, id);
    const account = new ServiceAccount(this, "account", {
      accountId: benchName(environment, role),
      displayName: `${displayName} of refbench run ${environment.runId}`,
    });
    this.id = account.id;
    this.email = account.email;
    this.member = account.member;
  }
}
