import type { Answer } from "../../coder/http/answer.ts";
import { type CoderClient, PAGE_SIZE } from "../../coder/client.ts";
import type { User, UserPage, Workspace, WorkspacePage } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";
import { MAX_PAGES } from "../../tools/page-watch.ts";

/** Time limit for a whole listing: a thousand pages at a third of a second each take five minutes. */
const LISTING_MS = 10 * 60_000;

/** The items of a complete list. Throws `coder`, naming what was listed, if it failed. */
export function requireList<T>(answer: Answer<T>, what: string): T {
  if (answer.ok) return answer.value;
  throw new RefbenchError("coder", `the ${what} cannot be listed: ${answer.failure.message}`);
}

interface Page<T> {
  readonly items: readonly T[];
  /** The number of items on all pages, if the server reports it. */
  readonly count: number | undefined;
}

/** All workspaces of the deployment that are not deleted. */
export function listWorkspaces(admin: CoderClient): Promise<Answer<Workspace[]>> {
  const pageOf = (page: WorkspacePage): Page<Workspace> => ({
    items: page.workspaces,
    count: page.count ?? undefined,
  });
  return admin.within(LISTING_MS, (client) => allPages("workspaces", client.workspaces, pageOf));
}

/** All users of the deployment. */
export function listUsers(admin: CoderClient): Promise<Answer<User[]>> {
  const pageOf = (page: UserPage): Page<User> => ({ items: page.users, count: page.count ?? undefined });
  return admin.within(LISTING_MS, (client) => allPages("users", client.users, pageOf));
}

/**
 * Reads a listing to its end: up to the server's count, or to the first page that is not full. A listing that
 * does not end, or that ends before its count, is a failure, because a partial list would be wrong.
 */
async function allPages<P, T extends { readonly id: string }>(
  what: string,
  get: (offset: number) => Promise<Answer<P>>,
  pageOf: (page: P) => Page<T>,
): Promise<Answer<T[]>> {
  const items = new Map<string, T>();
  let offset = 0;
  for (let pages = 1; ; pages++) {
    const answer = await get(offset);
    if (!answer.ok) return answer;
    const { items: found, count } = pageOf(answer.value);
    const known = items.size;
    for (const item of found) items.set(item.id, item);
    offset += found.length;
    const isEnd = count === undefined ? found.length < PAGE_SIZE : offset >= count;
    if (isEnd) return { ok: true, status: answer.status, value: [...items.values()] };
    if (found.length === 0)
      return endless(what, `its count is ${count ?? "larger"}, but it shows only ${items.size}`);
    if (items.size === known) return endless(what, `page ${pages} only repeats earlier items`);
    if (pages === MAX_PAGES) return endless(what, `it has more than ${MAX_PAGES} pages`);
  }
}

function endless(what: string, why: string): Answer<never> {
  return {
    ok: false,
    failure: { kind: "malformed", message: `GET /${what}: the list cannot be read to its end: ${why}` },
  };
}
