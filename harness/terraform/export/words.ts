/** A variable of a root: its arguments in Terraform's JSON syntax. */
export interface Variable {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly validations?: readonly Readonly<Record<string, unknown>>[];
}

/** The descriptions of outputs, by name. */
export const OUTPUT_WORDS: Readonly<Record<string, string>> = {
  cluster: "The cluster's name.",
  coder_chart_version: "The version of Coder's Helm chart.",
  coder_machine: "The name of Coder's machine.",
  coder_namespace: "The namespace of Coder.",
  coder_release: "The name of Coder's Helm release.",
  coder_url: "Coder's URL inside the network.",
  database_address: "The database's address inside the network.",
  database_instance: "The database's name.",
  disks_identity_role_arn: "The role of the driver of the workspaces' disks.",
  kubernetes_cluster_certificate_authority_data: "The certificate of the cluster's API, in base64.",
  kubernetes_cluster_endpoint: "Where the cluster's API answers.",
  load_namespace: "A namespace for pods that generate load.",
  network: "The network's name or id.",
  template_variables: "Where a workspace template creates workspaces.",
  workspace_namespace: "The namespace of workspaces.",
};
