import { ServiceAccount } from "@cdktf/provider-google/lib/service-account/index.js";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";

export interface ServiceIdentityProps {
  readonly environment: Environment;
  readonly role: string;
  readonly displayName: string;
}

/** Who a machine is: an account that may nothing by itself, instead of the project's default one, which may edit everything. */
export class ServiceIdentity extends Construct {
  readonly id: string;
  readonly email: string;
  /** The account as grants name it. */
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
