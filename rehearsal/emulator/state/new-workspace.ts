import { randomUUID } from "node:crypto";
import type { Template, User, Workspace } from "./types.ts";
import { now } from "./world.ts";

/** A workspace that has no build yet and is not in the world yet. */
export function newWorkspace(
  owner: User,
  template: Template,
  name: string,
  ttlMs: number | undefined,
): Workspace {
  const at = now();
  return {
    id: randomUUID(),
    ownerId: owner.id,
    templateId: template.id,
    createdAt: at,
    ...(ttlMs === undefined ? {} : { ttlMs }),
    builds: [],
    name,
    updatedAt: at,
    lastUsedAt: at,
    deleted: false,
  };
}
