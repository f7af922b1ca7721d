import type { Environment } from "./environment.ts";

/** The creator of a resource: Terraform for a run, Coder's builds or a controller for workspaces, or a person. */
export type Maker = Environment["managed"] | "coder";

/** The value of `bench-expires` in an environment that nothing may remove automatically. */
export const NEVER_EXPIRES = "never";

/** Returns the labels of every resource that can have labels. Their values are valid in Google, AWS and Kubernetes. */
export function benchLabels(
  environment: Environment,
  managed: Maker = environment.managed,
): Record<string, string> {
  return {
    "bench-run": environment.runId,
    "bench-env": environment.architecture,
    "bench-owner": environment.owner,
    "bench-expires": environment.expiresAt === null ? NEVER_EXPIRES : String(environment.expiresAt),
    "bench-managed": managed,
  };
}

/** The longest role in the name of a node pool, which may have 40 characters on GKE and 63 on EKS. */
export const POOL_ROLE_LENGTH = 20;

/**
 * Returns the name of a resource without labels: `bench-<run12>-<role>`. A service account's name may have 30
 * characters, so a role has at most 11. Other kinds pass what they accept.
 */
export function benchName(environment: Pick<Environment, "runId">, role: string, longest = 11): string {
  if (role.length > longest)
    throw new Error(`role ${role} is longer than ${longest} characters: its name would not be accepted`);
  return `bench-${environment.runId.slice(-12)}-${role}`;
}
