import { isOwner } from "../http/auth.ts";
import { NOT_FOUND, problem } from "../http/reply.ts";
import type { Reply } from "../http/reply.ts";
import type { ApiRequest } from "../http/request.ts";
import type { EmulatedAgent, EmulatedBuild, EmulatedUser, EmulatedWorkspace } from "../state/types.ts";
import type { World } from "../state/world.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Found, or the answer to give instead. */
export type Found<T> = { readonly value: T } | { readonly refused: Reply };

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Something by its UUID in the path. */
export function byId<T>(map: ReadonlyMap<string, T>, id: string): Found<T> {
  if (!isUuid(id)) {
    return {
      refused: problem(400, `Invalid UUID "${id}".`, { detail: `invalid UUID length: ${id.length}` }),
    };
  }
  const value = map.get(id.toLowerCase());
  return value === undefined ? { refused: NOT_FOUND } : { value };
}

/** A user of the path: `me`, an id or a name. Members see only themselves. */
export function userOf(world: World, request: ApiRequest, name: string): Found<EmulatedUser> {
  const user =
    name === "me" ? request.user : (world.users.get(name) ?? world.usersByName.get(name.toLowerCase()));
  if (!user || !(user.id === request.user?.id || isOwner(request.user))) return { refused: NOT_FOUND };
  return { value: user };
}

/** A workspace that the caller may see, deleted ones too. */
export function workspaceOf(world: World, request: ApiRequest, id: string): Found<EmulatedWorkspace> {
  const found = byId(world.workspaces, id);
  return "value" in found && !mayUse(request, found.value) ? { refused: NOT_FOUND } : found;
}

export function buildOf(world: World, request: ApiRequest, id: string): Found<EmulatedBuild> {
  const found = byId(world.builds, id);
  return "value" in found && !mayUse(request, found.value.workspace) ? { refused: NOT_FOUND } : found;
}

/** An agent that runs in a workspace the caller may use. */
export function agentOf(world: World, user: EmulatedUser | undefined, id: string): Found<EmulatedAgent> {
  const found = byId(world.agents, id);
  if ("refused" in found) return found;
  const { workspace } = found.value;
  if (!workspace || workspace.deleted) return { refused: NOT_FOUND };
  return isOwner(user) || workspace.ownerId === user?.id ? found : { refused: NOT_FOUND };
}

/** The one organisation, by id, name or `default`. */
export function organizationOf(world: World, id: string): Found<World["organization"]> {
  const { organization } = world;
  if (id === organization.id || id === organization.name || id === "default") return { value: organization };
  return { refused: NOT_FOUND };
}

function mayUse(request: ApiRequest, workspace: EmulatedWorkspace): boolean {
  return isOwner(request.user) || workspace.ownerId === request.user?.id;
}
