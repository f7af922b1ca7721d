import type { Answer } from "../../coder/http/answer.ts";
import type { Template, User, Workspace } from "../../coder/http/schemas.ts";
import { filterListing, type Listing, seenIn } from "../../model/ports/listing.ts";
import {
  isCoderScaletestUser,
  isCoderScaletestWorkspace,
  runOfTemplate,
  runOfToken,
  runOfUser,
  runOfWorkspace,
} from "../checks/cleanup-ownership.ts";
import type { GuardedCaller } from "../checks/guard-caller.ts";
import { Limiter } from "../../tools/time/limiter.ts";
import { listUsers, listWorkspaces } from "../context/listing.ts";

const TOKEN_LISTS = 32;

/** The scope of a cleanup. */
export interface CleanupChoice {
  /** `run12` of the runs, or every run of refbench. */
  readonly runs: readonly string[] | "all";
  /** Only runs that have made nothing for this many milliseconds. */
  readonly olderThanMs?: number;
  /** Only workspaces of this template; users and tokens then remain. */
  readonly template?: string;
  /** Also what Coder's own utility left. */
  readonly coderScaletest?: boolean;
  readonly keepUsers?: boolean;
}

export interface LeftToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
}

/**
 * The remaining items of a deployment, by kind. A kind that could not be listed completely is `failed`, never empty.
 */
export interface FoundLeftovers {
  readonly workspaces: Listing<Workspace>;
  readonly users: Listing<User>;
  readonly templates: Listing<Template>;
  /** Tokens of remaining users. Tokens of deleted users go with them. */
  readonly tokens: Listing<LeftToken>;
}

/** The listings that failed, one sentence each; empty if all are complete. */
export function listUnasked({ workspaces, users, templates, tokens }: FoundLeftovers): string[] {
  return Object.entries({ workspaces, users, templates, tokens }).flatMap(([kind, listing]) =>
    listing.state === "failed" ? [`the ${kind} cannot be listed: ${listing.reason}`] : [],
  );
}

const NOTHING = { state: "complete", items: [] } as const;

/** Lists what the choice covers, which never includes anything that refbench did not make. */
export async function findLeftovers(
  caller: GuardedCaller,
  choice: CleanupChoice,
  nowMs: number,
): Promise<FoundLeftovers> {
  const { client, isSiteAdmin, user: me } = caller;
  const allWorkspaces = toListing(await listWorkspaces(client));
  // Only a site admin may list other users; without that role, the load created none.
  const allUsers = isSiteAdmin ? toListing(await listUsers(client)) : NOTHING;
  const isOld = oldRuns(choice, { workspaces: allWorkspaces, users: allUsers }, nowMs);
  const isChosen = (run: string | undefined): boolean =>
    run !== undefined && (choice.runs === "all" || choice.runs.includes(run)) && isOld(run);
  const workspaces = filterListing(
    allWorkspaces,
    (one) =>
      (isChosen(runOfWorkspace(one)) || (choice.coderScaletest === true && isCoderScaletestWorkspace(one))) &&
      (choice.template === undefined || one.template_name === choice.template),
  );
  if (choice.template !== undefined)
    return { workspaces, users: NOTHING, templates: NOTHING, tokens: NOTHING };
  const users =
    choice.keepUsers === true
      ? NOTHING
      : filterListing(
          allUsers,
          (one) =>
            one.id !== me.id &&
            (isChosen(runOfUser(one)) || (choice.coderScaletest === true && isCoderScaletestUser(one))),
        );
  const going = new Set(seenIn(users).map(({ id }) => id));
  const staying = filterListing(
    allUsers,
    (one) => one.id !== me.id && runOfUser(one) !== undefined && !going.has(one.id),
  );
  // Only a site admin's load makes any.
  const templates =
    choice.keepUsers === true || !isSiteAdmin
      ? NOTHING
      : filterListing(toListing(await client.allTemplates()), (one) => isChosen(runOfTemplate(one)));
  const tokens = await listTokens(caller, staying, (name) => isChosen(runOfToken(name)));
  return { workspaces, users, templates, tokens };
}

/**
 * A run is as old as the last thing that it made. If a listing failed, that is unknown, and no run counts as
 * old.
 */
function oldRuns(
  { olderThanMs }: CleanupChoice,
  { workspaces, users }: Pick<FoundLeftovers, "workspaces" | "users">,
  nowMs: number,
): (run: string) => boolean {
  if (olderThanMs === undefined) return () => true;
  if (workspaces.state === "failed" || users.state === "failed") return () => false;
  const newestMs = new Map<string, number>();
  const made = (run: string | undefined, at: string | null | undefined): void => {
    // Things without a date count as new.
    const atMs = Date.parse(at ?? "") || nowMs;
    if (run !== undefined) newestMs.set(run, Math.max(newestMs.get(run) ?? 0, atMs));
  };
  for (const one of workspaces.items) made(runOfWorkspace(one), one.created_at);
  for (const one of users.items) made(runOfUser(one), one.created_at);
  return (run) => nowMs - (newestMs.get(run) ?? nowMs) > olderThanMs;
}

/** The chosen tokens of the caller and of the remaining users. */
async function listTokens(
  { client, user: me }: GuardedCaller,
  staying: Listing<User>,
  isChosen: (name: string) => boolean,
): Promise<Listing<LeftToken>> {
  const slots = new Limiter(TOKEN_LISTS);
  const lists = await Promise.all(
    [me, ...seenIn(staying)].map(({ id, username }) =>
      slots.run(async () => ({ username, answer: await client.tokens(id) })),
    ),
  );
  const found: LeftToken[] = [];
  const reasons = staying.state === "failed" ? [`their users are not known: ${staying.reason}`] : [];
  for (const { username, answer } of lists) {
    if (!answer.ok) reasons.push(`those of ${username}: ${answer.failure.message}`);
    else
      for (const { id, user_id: userId, token_name: name } of answer.value)
        if (isChosen(name)) found.push({ id, userId, name });
  }
  const [reason] = reasons;
  if (reason === undefined) return { state: "complete", items: found };
  const more = reasons.length === 1 ? "" : ` (and ${reasons.length - 1} more)`;
  return { state: "failed", reason: `${reason}${more}`, partial: found };
}

function toListing<T>(answer: Answer<readonly T[]>): Listing<T> {
  if (answer.ok) return { state: "complete", items: answer.value };
  return { state: "failed", reason: answer.failure.message, partial: [] };
}
