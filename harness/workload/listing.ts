import type { Answer } from "../coder/answer.ts";
import { type CoderClient, PAGE_SIZE } from "../coder/client.ts";
import type { User, Workspace } from "../coder/schemas.ts";

/** Every workspace of the deployment that is not deleted. */
export function listWorkspaces(owner: CoderClient): Promise<Answer<Workspace[]>> {
  return allPages(owner.workspaces, (page) => page.workspaces);
}

/** Every user of the deployment. */
export function listUsers(owner: CoderClient): Promise<Answer<User[]>> {
  return allPages(owner.users, (page) => page.users);
}

async function allPages<P, T>(
  get: (offset: number) => Promise<Answer<P>>,
  itemsOf: (page: P) => readonly T[],
): Promise<Answer<T[]>> {
  const items: T[] = [];
  for (;;) {
    const page = await get(items.length);
    if (!page.ok) return page;
    const found = itemsOf(page.value);
    items.push(...found);
    if (found.length < PAGE_SIZE) return { ok: true, status: page.status, value: items };
  }
}
