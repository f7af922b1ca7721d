import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1/index.js";
import { RoleBindingV1 } from "@cdktf/provider-kubernetes/lib/role-binding-v1/index.js";
import { RoleV1 } from "@cdktf/provider-kubernetes/lib/role-v1/index.js";
import { StorageClassV1 } from "@cdktf/provider-kubernetes/lib/storage-class-v1/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchLabels } from "../labels.ts";
import { CODER_SERVICE, HOME_STORAGE_CLASS, WORKSPACE_NAMESPACE } from "./names.ts";

/** What the provider of the workspace template asks of the cluster to make a pod or disk, to change it and to remove it. */
const VERBS = ["create", "delete", "get", "patch"];

/** Who makes the workspaces' home disks, and how. */
export interface HomeDisks {
  readonly provisioner: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface WorkspaceSpaceProps {
  readonly environment: Environment;
  /** Namespace of Coder, whose service account builds here. */
  readonly coderNamespace: string;
  readonly disks: HomeDisks;
  /** What must exist before the first disk, and stay until the last is gone. */
  readonly dependsOn: ITerraformDependable[];
}

/** Where workspaces live: a namespace of their own, which Coder may fill and a teardown can empty as a whole. */
export class WorkspaceSpace extends Construct {
  readonly namespace: string;
  /** Exists when Coder may build here. */
  readonly ready: ITerraformDependable;

  constructor(scope: Construct, id: string, props: WorkspaceSpaceProps) {
    super(scope, id);
    const { environment, coderNamespace, disks, dependsOn } = props;
    const labels = benchLabels(environment);
    const namespace = new NamespaceV1(this, "namespace", {
      metadata: { name: WORKSPACE_NAMESPACE, labels },
      // Goes when its pods and disks are gone, which for a thousand takes a while.
      timeouts: { delete: "20m" },
      dependsOn,
    });
    this.namespace = namespace.metadata.name;
    const role = new RoleV1(this, "role", {
      metadata: { name: "coder-workspaces", namespace: this.namespace, labels },
      rule: [
        { apiGroups: [""], resources: ["pods", "persistentvolumeclaims"], verbs: VERBS },
        // A build whose pod does not start reads them to say why.
        { apiGroups: [""], resources: ["events"], verbs: ["list"] },
      ],
    });
    // By hand and not by the chart: versions that do not know a value for it would ignore it in silence.
    this.ready = new RoleBindingV1(this, "binding", {
      metadata: { name: "coder-workspaces", namespace: this.namespace, labels },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subject: [{ kind: "ServiceAccount", name: CODER_SERVICE, namespace: coderNamespace }],
    });
    new StorageClassV1(this, "disks", {
      metadata: { name: HOME_STORAGE_CLASS, labels },
      storageProvisioner: disks.provisioner,
      reclaimPolicy: "Delete",
      // A disk is made in the zone, and on behalf, of the pod that uses it.
      volumeBindingMode: "WaitForFirstConsumer",
      parameters: disks.parameters,
      dependsOn,
    });
  }
}
