import type { CoderClient } from "../../coder/client.ts";
import type { User, Workspace } from "../../coder/http/schemas.ts";
import { listUsers, listWorkspaces, requireList } from "../context/listing.ts";

/** The prefix of all names that Coder's utility gives. It does not identify a run. */
export const UTILITY_PREFIX = "scaletest-";

/** Workspaces and users with the utility's names on a deployment. */
export interface UtilityThings {
  /** In the order of the listing, by which the utility's traffic selects. */
  readonly workspaces: readonly Workspace[];
  readonly users: readonly User[];
}

/** Lists everything with the utility's names, whoever made it. */
export async function listUtilityThings(admin: CoderClient): Promise<UtilityThings> {
  const [workspaces, users] = await Promise.all([listWorkspaces(admin), listUsers(admin)]);
  return {
    workspaces: requireList(workspaces, "workspaces").filter(({ name }) => name.startsWith(UTILITY_PREFIX)),
    users: requireList(users, "users").filter(
      ({ username, email }) => username.startsWith(UTILITY_PREFIX) && email.endsWith("@scaletest.local"),
    ),
  };
}

/**
 * The items that one call made: new since `before`, and among `names` if its log has any. Another run of the utility at
 * the same time makes things with similar names; without a log they cannot be told apart further.
 */
export function madeBetween(
  before: UtilityThings,
  after: UtilityThings,
  { count, names }: { readonly count: number; readonly names: ReadonlySet<string> },
): UtilityThings {
  const known = new Set([...before.workspaces, ...before.users].map(({ id }) => id));
  const isOurs = (id: string, name: string): boolean =>
    !known.has(id) && indexOf(name) < count && (names.size === 0 || names.has(name));
  const users = after.users.filter(({ id, username }) => isOurs(id, username));
  const ours = new Set(users.map(({ id }) => id));
  return {
    users,
    // A workspace of an own user is own, whatever its name: users can only be deleted after their workspaces.
    workspaces: after.workspaces.filter(
      ({ id, name, owner_id: ownerId }) => ours.has(ownerId) || isOurs(id, name),
    ),
  };
}

/** `scaletest-<random>-<index>`. */
function indexOf(name: string): number {
  const index = /-(\d+)$/.exec(name)?.[1];
  return index === undefined ? Infinity : Number(index);
}
