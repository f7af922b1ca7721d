/** What workspaces run where they are pods or containers, of Docker Hub; the templates' default says the same. */
export const WORKSPACE_IMAGE = { repository: "codercom/enterprise-minimal", tag: "ubuntu-20251117" } as const;
