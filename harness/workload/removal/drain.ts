import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { failedWith } from "../../coder/http/answer.ts";
import { CoderClient, isSiteAdmin } from "../../coder/client.ts";
import { CoderHttp } from "../../coder/http/http.ts";
import type { User } from "../../coder/http/schemas.ts";
import { startDeadline } from "../../tools/time/deadline.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { DrainResult } from "../../model/record/worker-result.ts";
import type { DrainTask } from "../../model/ports/worker-task.ts";
import { runOfToken } from "../checks/cleanup-ownership.ts";
import { CoderGoneError } from "./coder-gone.ts";
import { DrainPasses } from "./drain-passes.ts";
import { listUsers, requireList } from "../context/listing.ts";
import type { TaskContext } from "../context/load-context.ts";
import { type LeftBehind, nameTokens, nameUsers, nameWorkspaces } from "./left-behind.ts";
import { pausePrebuilds } from "./prebuilds.ts";
import { type RemovalMeans, removeTokens, removeUsers } from "./remove.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";

/**
 * A load balancer may lose a connection. Unless the task says otherwise, a deployment unreachable for this
 * long is gone.
 */
const GONE_AFTER_MS = 5000;
const ASK_AGAIN_MS = 500;
/** How long the listings after the deadline of the deletes may take. */
const FINAL_LISTING_MS = 30_000;

/**
 * Deletes every workspace, and every user unless they are kept. Believes only a second listing that shows
 * none. Pauses Coder's prebuilds reconciler, which creates workspaces automatically, and leaves it paused: a
 * drained deployment is destroyed next.
 */
export async function runDrain(task: DrainTask, context: TaskContext): Promise<DrainResult> {
  // The deletes have their own deadline; this one is for calls whose answers trickle.
  const deadline = startDeadline(task.timeoutMs + FINAL_LISTING_MS, context.signal);
  // Thousands of waits listen to the one stop signal.
  setMaxListeners(0, context.signal, deadline.signal);
  try {
    return await drainUntil(deadline.signal, task, context);
  } finally {
    deadline.release();
  }
}

async function drainUntil(
  deadline: AbortSignal,
  task: DrainTask,
  context: TaskContext,
): Promise<DrainResult> {
  const http = new CoderHttp({ ...task.deployment, clock: context.clock });
  try {
    await awaitAnswer(http, task, context);
    const admin = await signIn(http, task, deadline);
    const prebuilds = await pausePrebuilds(admin);
    const paused = prebuilds.state === "paused" ? { pausedPrebuilds: true } : {};
    const passes = new DrainPasses({ task, context, admin, prebuilds });
    const remaining = await passes.run();
    if (context.signal.aborted) {
      return {
        stopped: true,
        deleted: passes.deleted(),
        remaining: nameWorkspaces(passes.notGone(), () => "stopped"),
        ...paused,
      };
    }
    const means = { client: admin, concurrency: task.concurrency, signal: deadline };
    const users = task.keepUsers === true ? [] : await deleteUsers(means);
    const tokens = await deleteLeftTokens(means);
    return {
      stopped: context.signal.aborted,
      deleted: passes.deleted(remaining),
      remaining: [
        ...nameWorkspaces(remaining, (one) => passes.explainRemaining(one)),
        ...users,
        ...tokens.left,
      ],
      ...(tokens.unasked.length === 0 ? {} : { unasked: [...tokens.unasked] }),
      ...paused,
    };
  } finally {
    await http.close();
  }
}

async function awaitAnswer(http: CoderHttp, task: DrainTask, context: TaskContext): Promise<void> {
  const nobody = new CoderClient(http, { isSiteAdmin: false }, context.signal);
  const { clock, signal } = context;
  const forMs = Math.min(task.goneAfterMs ?? GONE_AFTER_MS, task.timeoutMs);
  let reason = "";
  const answers = await waitUntil(
    async () => {
      const info = await nobody.buildInfo();
      if (info.ok) return true;
      const { kind, status, message } = info.failure;
      reason = message;
      // A server with any other answer is alive: the drain's own calls then report what is wrong.
      return kind !== "unreachable" && kind !== "timeout" && status !== 404 ? true : undefined;
    },
    { clock, everyMs: ASK_AGAIN_MS, forMs, signal },
  );
  if (answers === undefined) throw new CoderGoneError(task.deployment.url, reason);
}

async function signIn(http: CoderHttp, task: DrainTask, deadline: AbortSignal): Promise<CoderClient> {
  const as = (token: string) => new CoderClient(http, { token, isSiteAdmin: true }, deadline).patient();
  let refusal = "no token was given";
  if (task.token !== undefined) {
    const admin = as(task.token);
    const me = await admin.me();
    if (me.ok && isSiteAdmin(me.value)) return admin;
    // Others only see their own workspaces, so an empty list would prove nothing.
    refusal = me.ok
      ? `the token belongs to ${me.value.username}, who is not a site admin`
      : me.failure.message;
    if (!me.ok && !failedWith(me, 401, 403) && me.failure.kind === "status")
      throw new RefbenchError("coder", `the site admin's token cannot be checked: ${refusal}`);
  }
  if (task.admin === undefined)
    throw new RefbenchError(
      "usage",
      `cannot drain ${task.deployment.url}: ${refusal}; expected a session or a login of a site admin`,
    );
  const { email, password } = task.admin;
  const login = await as("").login(email, password);
  if (!login.ok)
    throw new RefbenchError(
      "coder",
      `cannot drain ${task.deployment.url}: ${refusal}; ${login.failure.message}`,
    );
  const session = as(login.value.session_token);
  const minted = await session.mintToken("me", `refbench-drain-${randomBytes(4).toString("hex")}`);
  return minted.ok ? as(minted.value.key) : session;
}

/** Deletes every user except site admins. Returns those that a final listing still shows. */
async function deleteUsers(means: RemovalMeans): Promise<LeftBehind[]> {
  const { client } = means;
  const me = await client.me();
  const isAdmin = (user: User): boolean => isSiteAdmin(user) || (me.ok && user.id === me.value.id);
  const list = async (): Promise<User[]> =>
    requireList(await listUsers(client), "deployment's users").filter((user) => !isAdmin(user));
  const { reasons } = await removeUsers(await list(), means);
  return nameUsers(await list(), ({ id }) => reasons.get(id) ?? "the user is still listed after its delete");
}

/**
 * Deletes the caller's tokens that earlier loads left behind, for example because their process was killed.
 * Returns those that could not be deleted and, in `unasked`, a sentence if the tokens could not be listed.
 */
async function deleteLeftTokens(
  means: RemovalMeans,
): Promise<{ readonly left: readonly LeftBehind[]; readonly unasked: readonly string[] }> {
  const listing = await means.client.tokens("me");
  if (!listing.ok)
    return { left: [], unasked: [`the caller's tokens cannot be listed: ${listing.failure.message}`] };
  const tokens = listing.value
    .filter(({ token_name: name }) => runOfToken(name) !== undefined)
    .map(({ id, token_name: name }) => ({ id, name, userId: "me" }));
  const { gone, reasons } = await removeTokens(tokens, means);
  const left = tokens.filter(({ id }) => !gone.has(id));
  return { left: nameTokens(left, ({ id }) => reasons.get(id) ?? "stopped"), unasked: [] };
}
