import type { Answer } from "../coder/answer.ts";
import type { User, Workspace } from "../coder/schemas.ts";
import { RefbenchError } from "../model/error.ts";
import {
  isCoderScaletestUser,
  isCoderScaletestWorkspace,
  runOfToken,
  runOfUser,
  runOfWorkspace,
} from "./cleanup-ownership.ts";
import type { Caller } from "./guard-caller.ts";
import { Limiter } from "./limiter.ts";
import { listUsers, listWorkspaces } from "./listing.ts";

const TOKEN_LISTS = 32;

/** What a cleanup is about. */
export interface CleanupChoice {
  /** `run12` of the runs, or every run of refbench. */
  readonly runs: readonly string[] | "all";
  /** Only runs of which nothing was made for so long. */
  readonly olderThanMs?: number;
  /** Only workspaces of this template; users and tokens then stay. */
  readonly template?: string;
  /** What Coder's own utility left as well. */
  readonly coderScaletest?: boolean;
  readonly keepUsers?: boolean;
}

export interface LeftToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
}

export interface FoundLeftovers {
  readonly workspaces: readonly Workspace[];
  readonly users: readonly User[];
  /** Of users that stay; those of the others go with them. */
  readonly tokens: readonly LeftToken[];
}

/** Lists what the choice is about; what refbench did not make is never part of it. */
export async function findLeftovers(
  caller: Caller,
  choice: CleanupChoice,
  nowMs: number,
): Promise<FoundLeftovers> {
  const { client, isOwner, user: me } = caller;
  const allWorkspaces = listed(await listWorkspaces(client), "workspaces");
  // Others' users are an owner's to list; without, the load made none.
  const allUsers = isOwner ? listed(await listUsers(client), "users") : [];
  const old = oldRuns(choice, allWorkspaces, allUsers, nowMs);
  const isChosen = (run: string | undefined): boolean =>
    run !== undefined && (choice.runs === "all" || choice.runs.includes(run)) && old(run);
  const workspaces = allWorkspaces.filter(
    (one) =>
      (isChosen(runOfWorkspace(one)) || (choice.coderScaletest === true && isCoderScaletestWorkspace(one))) &&
      (choice.template === undefined || one.template_name === choice.template),
  );
  if (choice.template !== undefined) return { workspaces, users: [], tokens: [] };
  const users = allUsers.filter(
    (one) =>
      one.id !== me.id &&
      choice.keepUsers !== true &&
      (isChosen(runOfUser(one)) || (choice.coderScaletest === true && isCoderScaletestUser(one))),
  );
  const going = new Set(users.map(({ id }) => id));
  const staying = allUsers.filter((one) => runOfUser(one) !== undefined && !going.has(one.id));
  const tokens = await tokensOf(caller, [me, ...staying], (name) => isChosen(runOfToken(name)));
  return { workspaces, users, tokens };
}

/** A run is as old as the last thing that it made. */
function oldRuns(
  { olderThanMs }: CleanupChoice,
  workspaces: readonly Workspace[],
  users: readonly User[],
  nowMs: number,
): (run: string) => boolean {
  if (olderThanMs === undefined) return () => true;
  const newestMs = new Map<string, number>();
  const made = (run: string | undefined, at: string | null | undefined): void => {
    // What does not say its age is taken for new.
    const atMs = Date.parse(at ?? "") || nowMs;
    if (run !== undefined) newestMs.set(run, Math.max(newestMs.get(run) ?? 0, atMs));
  };
  for (const one of workspaces) made(runOfWorkspace(one), one.created_at);
  for (const one of users) made(runOfUser(one), one.created_at);
  return (run) => nowMs - (newestMs.get(run) ?? nowMs) > olderThanMs;
}

async function tokensOf(
  { client }: Caller,
  users: readonly User[],
  isChosen: (name: string) => boolean,
): Promise<LeftToken[]> {
  const slots = new Limiter(TOKEN_LISTS);
  const lists = await Promise.all(users.map(({ id }) => slots.run(() => client.tokens(id))));
  return lists.flatMap((list) =>
    list.ok
      ? list.value
          .filter(({ token_name: name }) => isChosen(name))
          .map(({ id, user_id: userId, token_name: name }) => ({ id, userId, name }))
      : [],
  );
}

function listed<T>(answer: Answer<T>, what: string): T {
  if (answer.ok) return answer.value;
  throw new RefbenchError("coder", `the ${what} cannot be listed: ${answer.failure.message}`);
}
