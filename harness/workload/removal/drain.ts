import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Answer } from "../../coder/http/answer.ts";
import { failedWith } from "../../coder/http/answer.ts";
import { CoderClient } from "../../coder/client.ts";
import { CoderHttp } from "../../coder/http/http.ts";
import type { User, Workspace } from "../../coder/http/schemas.ts";
import { startDeadline } from "../../tools/time/deadline.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { DrainResult } from "../../model/record/worker-result.ts";
import type { DrainTask } from "../../model/ports/worker-task.ts";
import { CoderGoneError } from "./coder-gone.ts";
import { DrainPasses } from "./drain-passes.ts";
import { Limiter } from "../../tools/time/limiter.ts";
import { listUsers } from "../context/listing.ts";
import type { TaskContext } from "../context/load-context.ts";
import { deleteLeftTokens } from "../context/minted-tokens.ts";
import { pausePrebuilds } from "./prebuilds.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";

/**
 * A load balancer may lose a connection. Unless the task says otherwise, a deployment unreachable for this
 * long is gone.
 */
const GONE_AFTER_MS = 5000;
const ASK_AGAIN_MS = 500;
/** How long the listings after the deadline of the deletes may take. */
const FINAL_LISTING_MS = 30_000;

type Left = DrainResult["remaining"][number];

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
    const owner = await signIn(http, task, deadline);
    const prebuilds = await pausePrebuilds(owner);
    const paused = prebuilds.state === "paused" ? { pausedPrebuilds: true } : {};
    const slots = new Limiter(task.concurrency);
    const passes = new DrainPasses({ task, context, owner, slots, prebuilds });
    const remaining = await passes.run();
    if (context.signal.aborted) {
      return {
        stopped: true,
        deleted: passes.deleted(),
        remaining: passes.notGone().map((one) => left(one, "stopped")),
        ...paused,
      };
    }
    const users = task.keepUsers === true ? [] : await deleteUsers(owner, slots);
    const tokens = await deleteLeftTokens(owner);
    return {
      stopped: context.signal.aborted,
      deleted: passes.deleted(remaining),
      remaining: [
        ...remaining.map((one) => left(one, passes.explainRemaining(one))),
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
  const nobody = new CoderClient(http, { owner: false }, context.signal);
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
  const as = (token: string) => new CoderClient(http, { token, owner: true }, deadline).patient();
  let refusal = "no token was given";
  if (task.token !== undefined) {
    const owner = as(task.token);
    const me = await owner.me();
    if (me.ok && me.value.roles.some(({ name }) => name === "owner")) return owner;
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

async function deleteUsers(owner: CoderClient, slots: Limiter): Promise<Left[]> {
  const me = await owner.me();
  const isAdmin = (user: User): boolean =>
    user.roles.some(({ name }) => name === "owner") || (me.ok && user.id === me.value.id);
  const reasons = new Map<string, string>();
  const others = listed(await listUsers(owner)).filter((user) => !isAdmin(user));
  await Promise.all(
    others.map((user) =>
      slots.run(async () => {
        const answer = await owner.deleteUser(user.id);
        if (!answer.ok) reasons.set(user.id, answer.failure.message);
      }),
    ),
  );
  return listed(await listUsers(owner))
    .filter((user) => !isAdmin(user))
    .map(({ id, username }) => ({
      kind: "user",
      id,
      name: username,
      reason: reasons.get(id) ?? "the user is still listed after its delete",
    }));
}

function left(workspace: Workspace, reason: string): Left {
  return { kind: "workspace", id: workspace.id, name: `${workspace.owner_name}/${workspace.name}`, reason };
}

function listed<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new RefbenchError("coder", `the deployment's users cannot be listed: ${answer.failure.message}`);
}
