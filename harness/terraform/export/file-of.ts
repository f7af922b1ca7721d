/** The file of each part of a stack, by the first name of its path. */
const FILES: Readonly<Record<string, string>> = {
  vpc: "network",
  database: "database",
  "database-url": "database",
  postgres: "database",
  kubernetes: "cluster",
  identity: "identity",
  workspace: "identity",
  grants: "identity",
  disks: "disks",
  coder: "coder",
  workspaces: "workspaces",
  "workspace-image": "workspaces",
  "external-provisioners": "provisioners",
};

/** Returns the file in which a reader looks for a resource of this type and path, such as `network.tf`. */
export function fileOf(type: string, path: readonly string[]): string {
  if (/_node_pool$|_node_group$|^aws_launch_template$/.test(type)) return "node_pools.tf";
  const [first = "", second = ""] = path;
  if (first === "host") return `${second === "firewall" ? "firewall" : (FILES[second] ?? "coder")}.tf`;
  return `${FILES[first] ?? "main"}.tf`;
}
