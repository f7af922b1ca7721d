import type { User, Workspace } from "../../coder/http/schemas.ts";

/** A thing that remains, with the reason. */
export interface LeftBehind {
  readonly kind: "workspace" | "user" | "template" | "token";
  readonly id: string;
  readonly name: string;
  readonly reason: string;
}

/** Names each workspace that remains. */
export function nameWorkspaces(
  workspaces: readonly Workspace[],
  explain: (workspace: Workspace) => string,
): LeftBehind[] {
  return workspaces.map((one) => ({
    kind: "workspace",
    id: one.id,
    name: `${one.owner_name}/${one.name}`,
    reason: explain(one),
  }));
}

/** Names each user that remains. */
export function nameUsers(users: readonly User[], explain: (user: User) => string): LeftBehind[] {
  return users.map((one) => ({ kind: "user", id: one.id, name: one.username, reason: explain(one) }));
}

/** Names each token that remains. */
export function nameTokens<T extends { readonly id: string; readonly name: string }>(
  tokens: readonly T[],
  explain: (token: T) => string,
): LeftBehind[] {
  return tokens.map((one) => ({ kind: "token", id: one.id, name: one.name, reason: explain(one) }));
}

/** Names each template that remains. */
export function nameTemplates<T extends { readonly id: string; readonly name: string }>(
  templates: readonly T[],
  explain: (template: T) => string,
): LeftBehind[] {
  return templates.map((one) => ({ kind: "template", id: one.id, name: one.name, reason: explain(one) }));
}
