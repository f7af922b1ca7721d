import type { Environment } from "./environment.ts";

/** Who made a thing: Terraform for a run, Coder's builds or a controller for its workspaces, or a person by hand. */
export type Maker = Environment["managed"] | "coder";

/** Value of `bench-expires` in an environment that nothing may remove by itself. */
export const NEVER_EXPIRES = "never";

/** The labels of everything that can carry labels; their values suit Google, AWS and Kubernetes alike. */
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

/**
 * The name of what may carry no labels: `bench-<run12>-<role>`. A service account's name may have 30 characters,
 * so that a role has eleven at most.
 */
export function benchName(environment: Pick<Environment, "runId">, role: string): string {
  const longest = 11;
  if (role.length > longest) {
    throw new Error(
      `role ${role} is longer than ${longest} characters: its service account would not be accepted`,
    );
  }
  return `bench-${environment.runId.slice(-12)}-${role}`;
}
