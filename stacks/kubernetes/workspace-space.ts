import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1/index.js";
import { RoleBindingV1 } from "@cdktf/provider-kubernetes/lib/role-binding-v1/index.js";
import { RoleV1 } from "@cdktf/provider-kubernetes/lib/role-v1/index.js";
import { StorageClassV1 } from "@cdktf/provider-kubernetes/lib/storage-class-v1/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchLabels } from "../labels.ts";
import { HOME_STORAGE_CLASS } from "./names.ts";

/** The calls with which the provider of the workspace template creates, changes and deletes a pod or disk. */
const VERBS = ["create", "delete", "get", "patch"];

/** The driver of the workspaces' home disks, and its parameters. */
export interface HomeDisks {
  readonly provisioner: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface WorkspaceSpaceProps {
  readonly environment: Environment;
  /** Coder's namespace. */
  readonly coderNamespace: string;
  /** The service account in it that builds here. */
  readonly builder: string;
  /** The name of the namespace. */
  readonly name: string;
  /** The class of home disks to make; absent = the cluster has one. */
  readonly disks?: HomeDisks | undefined;
  /** Everything that must exist before the first disk, and until the last one is deleted. */
  readonly dependsOn: ITerraformDependable[];
}

/** The namespace of workspaces, in which Coder may build and which a teardown can empty completely. */
export class WorkspaceSpace extends Construct {
  readonly namespace: string;
  /** Exists when Coder may build here. */
  readonly ready: ITerraformDependable;

  constructor(scope: Construct, id: string, props: WorkspaceSpaceProps) {
    super(scope, id);
    const { environment, coderNamespace, builder, name, disks, dependsOn } = props;
    const labels = benchLabels(environment);
    const namespace = new NamespaceV1(this, "namespace", {
      metadata: { name, labels },
      // It is deleted after its pods and disks, which takes a while for a thousand.
      timeouts: { delete: "20m" },
      dependsOn,
    });
    this.namespace = namespace.metadata.name;
    const role = new RoleV1(this, "role", {
      metadata: { name: "coder-workspaces", namespace: this.namespace, labels },
      rule: [
        { apiGroups: [""], resources: ["pods", "persistentvolumeclaims"], verbs: VERBS },
        // A build whose pod does not start reads them for the reason.
        { apiGroups: [""], resources: ["events"], verbs: ["list"] },
      ],
    });
    // Not by the chart, because versions without this value would ignore it silently.
    this.ready = new RoleBindingV1(this, "binding", {
      metadata: { name: "coder-workspaces", namespace: this.namespace, labels },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subject: [{ kind: "ServiceAccount", name: builder, namespace: coderNamespace }],
    });
    if (disks === undefined) return;
    new StorageClassV1(this, "disks", {
      metadata: { name: HOME_STORAGE_CLASS, labels },
      storageProvisioner: disks.provisioner,
      reclaimPolicy: "Delete",
      // A disk is created for the pod that uses it, in its zone.
      volumeBindingMode: "WaitForFirstConsumer",
      parameters: disks.parameters,
      dependsOn,
    });
  }
}
