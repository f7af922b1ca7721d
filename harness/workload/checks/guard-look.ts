import { failedWith } from "../../coder/http/answer.ts";
import { anything, isActive, type User, type Workspace } from "../../coder/http/schemas.ts";
import type { Tags } from "../../model/provisioner-tags.ts";
import { RefbenchError } from "../../tools/error.ts";
import { type ShownCapacity, shownCapacity } from "../context/capacity.ts";
import { runOfUser, runOfWorkspace } from "./cleanup-ownership.ts";
import type { GuardedCaller } from "./guard-caller.ts";
import { listUsers, listWorkspaces, requireList } from "../context/listing.ts";
import { countOf } from "../../tools/count-text.ts";

const RECENT_MS = 3_600_000;

/** A run of refbench that has left something on the deployment. */
export interface FoundRun {
  readonly run12: string;
  readonly workspaces: number;
  readonly users: number;
}

/** The deployment and its current use, before anything is changed. */
export interface DeploymentLook {
  readonly url: string;
  readonly id: string;
  readonly version: string;
  /** It is refbench's emulator. */
  readonly isEmulated: boolean;
  readonly caller: string;
  readonly isSiteAdmin: boolean;
  /** Users besides the caller that refbench did not make; undefined if the caller may not list them. */
  readonly others?: {
    readonly count: number;
    /** Seen within an hour, latest first. */
    readonly recent: readonly string[];
  };
  readonly sessions?: { readonly terminal: number; readonly ssh: number; readonly ide: number };
  /** Other people's workspaces; `building` counts those waiting for or in a build. */
  readonly workspaces: { readonly total: number; readonly building: number };
  /** Found by workspaces only if `others` is undefined. */
  readonly runs: readonly FoundRun[];
  readonly builds: ShownCapacity;
  /** Why it counts as used by others, as sentences; empty if it is not. */
  readonly inUse: readonly string[];
}

/** Reads the state of a deployment as one of its users; changes nothing. With tags, only daemons for such builds count. */
export async function lookAtDeployment(
  { client, user, isSiteAdmin }: GuardedCaller,
  organizationId: string,
  nowMs: number,
  buildTags?: Tags,
): Promise<DeploymentLook> {
  const [info, users, workspaces, stats, capacity, marker] = await Promise.all([
    client.buildInfo(),
    listUsers(client),
    listWorkspaces(client),
    client.deploymentStats(),
    shownCapacity(client, organizationId, buildTags),
    client.http.call({
      method: "GET",
      path: "/api/v2/refbench-emulator",
      schema: anything,
      signal: AbortSignal.timeout(30_000),
    }),
  ]);
  if (!info.ok)
    throw new RefbenchError("coder", `the deployment does not report its version: ${info.failure.message}`);
  // Only site admins may list users; others get 403.
  if (!failedWith(users, 403, 404)) requireList(users, "users");
  const all = requireList(workspaces, "workspaces");
  const theirs = all.filter((one) => runOfWorkspace(one) === undefined);
  const look = {
    url: client.http.url,
    id: info.value.deployment_id,
    version: info.value.version,
    isEmulated: marker.ok,
    caller: user.username,
    isSiteAdmin,
    // eslint-disable-next-line no-restricted-syntax -- absent means that the caller may not see them.
    ...(users.ok ? { others: findOthers(users.value, user, nowMs) } : {}),
    // eslint-disable-next-line no-restricted-syntax -- absent means that the caller may not see them.
    ...(stats.ok ? { sessions: countSessions(stats.value.session_count) } : {}),
    workspaces: {
      total: theirs.length,
      building: theirs.filter(({ latest_build: build }) => isActive(build.job)).length,
    },
    // eslint-disable-next-line no-restricted-syntax -- documented: by workspaces only if users are not shown.
    runs: findRuns(all, users.ok ? users.value : []),
    builds: capacity,
  };
  return { ...look, inUse: listReasonsOfUse(look) };
}

function findOthers(
  users: readonly User[],
  caller: User,
  nowMs: number,
): NonNullable<DeploymentLook["others"]> {
  const others = users.filter((one) => one.id !== caller.id && runOfUser(one) === undefined);
  const seenMs = (one: User): number => Date.parse(one.last_seen_at ?? "") || 0;
  const recent = others
    .filter((one) => nowMs - seenMs(one) < RECENT_MS)
    .toSorted((a, b) => seenMs(b) - seenMs(a));
  return { count: others.length, recent: recent.map(({ username }) => username) };
}

function countSessions(counts: {
  readonly ssh: number;
  readonly reconnecting_pty: number;
  readonly vscode: number;
  readonly jetbrains: number;
}): NonNullable<DeploymentLook["sessions"]> {
  return { terminal: counts.reconnecting_pty, ssh: counts.ssh, ide: counts.vscode + counts.jetbrains };
}

function findRuns(workspaces: readonly Workspace[], users: readonly User[]): FoundRun[] {
  const runs = new Map<string, { workspaces: number; users: number }>();
  const count = (run12: string | undefined, what: "workspaces" | "users"): void => {
    if (run12 === undefined) return;
    const run = runs.get(run12) ?? { workspaces: 0, users: 0 };
    run[what]++;
    runs.set(run12, run);
  };
  for (const workspace of workspaces) count(runOfWorkspace(workspace), "workspaces");
  for (const user of users) count(runOfUser(user), "users");
  return [...runs].map(([run12, counts]) => ({ run12, ...counts }));
}

function listReasonsOfUse({
  others,
  sessions,
  workspaces,
}: Pick<DeploymentLook, "others" | "sessions" | "workspaces">): string[] {
  const open = sessions === undefined ? 0 : sessions.terminal + sessions.ssh + sessions.ide;
  const reasons = [
    ...(others === undefined ? ["only a site admin's session shows whether others use it"] : []),
    ...(others !== undefined && others.count > 0 ? [countOf(others.count, "other user")] : []),
    ...(workspaces.total > 0 ? [countOf(workspaces.total, "workspace") + " that refbench did not make"] : []),
  ];
  // Without other users, the sessions are refbench's own: Coder counts them for a minute after their end.
  return reasons.length > 0 && open > 0 ? [...reasons, countOf(open, "open session")] : reasons;
}
