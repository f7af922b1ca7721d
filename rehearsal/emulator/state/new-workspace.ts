import { randomUUID } from "node:crypto";
import type { EmulatedTemplate, EmulatedUser, EmulatedWorkspace } from "./types.ts";
import { now } from "./world.ts";

/** A workspace that has no build yet and is not in the world yet. */
export function newWorkspace(
  owner: EmulatedUser,
  template: EmulatedTemplate,
  name: string,
  ttlMs: number | undefined,
): EmulatedWorkspace {
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
