import type { CoderClient } from "../../coder/client.ts";
import { failedWith } from "../../coder/http/answer.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { countOf } from "../../tools/count-text.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { refuseOldCoder } from "../checks/refuse-old-coder.ts";
import { answerClass } from "../context/connect-class.ts";
import type { LoadContext, LoadUser, LoadWorkspace } from "../context/load-context.ts";
import { takeTurns } from "../context/take-turns.ts";
import { type Arrival, InboxWatch } from "../notices/inbox-watch.ts";
import { MailSink } from "../notices/mail-sink.ts";
import { archiveOf, makeShortTemplate, removeShortTemplates } from "../notices/short-template.ts";
import { countAnswer } from "./count-answer.ts";
import type { Scenario } from "./scenario.ts";

const TEMPLATE_ADMIN = "template-admin";

/**
 * Every user follows their inbox, and some are template admins. A template is made and deleted, of which Coder notifies
 * template admins, in the inbox and by mail. Its name tells the notification from all others.
 */
export const notifications: Scenario = { run, check };

/** A user of the load whose inbox is followed, or why it is not. */
interface Follower {
  readonly user: LoadUser | undefined;
  readonly watch: InboxWatch | undefined;
  readonly missing: Exclude<Arrival, { atMs: number }> | undefined;
}

async function run(
  load: LoadContext,
  _ready: readonly LoadWorkspace[],
  users: readonly LoadUser[],
): Promise<Record<string, never>> {
  const { templateAdmins = 0, rounds = 0, ...sinkData } = load.task.notifications ?? {};
  if (load.signal.aborted) return {};
  const sink = sinkOf(sinkData);
  const fileId = await archiveOf(load);
  load.board.activity = "following inboxes";
  const followers = await followAll(load, users, templateAdmins);
  const close = (): void => followers.forEach(({ watch }) => watch?.close());
  load.signal.addEventListener("abort", close, { once: true });
  const made: string[] = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      if (isStopped(load)) break;
      load.board.activity = `waiting for notification ${round} of ${rounds}`;
      const name = `${load.task.prefix}-n${String(round).padStart(4, "0")}`;
      made.push(name);
      const isGone = await notifyOnce(load, { name, fileId, sink, followers, templateAdmins });
      if (isGone) made.pop();
    }
  } finally {
    load.signal.removeEventListener("abort", close);
    close();
    const left = await removeShortTemplates(load, made);
    if (left.length > 0)
      load.note(`${countOf(left.length, "template")} of this load may remain: ${left.join("; ")}`);
  }
  return {};
}

function isStopped({ signal }: LoadContext): boolean {
  return signal.aborted;
}

function sinkOf({
  smtpApiUrl,
  smtpRequestMs,
}: Partial<NonNullable<LoadTask["notifications"]>>): MailSink | undefined {
  return smtpApiUrl === undefined ? undefined : new MailSink(smtpApiUrl, smtpRequestMs || 60_000);
}

/** Makes the first users template admins, and opens every inbox. Those who are missing are counted and stay missing. */
async function followAll(
  load: LoadContext,
  users: readonly LoadUser[],
  templateAdmins: number,
): Promise<readonly Follower[]> {
  const { connectMs } = load.task.timeouts;
  const followers: Follower[] = [];
  const asked = Array.from({ length: load.task.users }, (_, index) => index);
  const roles = await giveRoles(load, users.slice(0, templateAdmins));
  await takeTurns(asked, 0, async (index, dueMs) => {
    if (load.signal.aborted) return;
    const user = users[index];
    const at = { dueMs, startedMs: performance.now(), timeoutMs: connectMs };
    const refused = user === undefined || user.token === "" ? NOBODY : roles.get(user.id);
    const watch =
      user === undefined || refused !== undefined
        ? undefined
        : new InboxWatch(load.admin.http.transport, user.token, load.task.prefix);
    const opened = refused ?? (await watch?.opened(connectMs)) ?? NOBODY;
    countAnswer(load, "notification-watch", at, opened);
    followers[index] = { user, watch, missing: "atMs" in opened ? undefined : opened };
  });
  return followers;
}

const NOBODY = { class: "user-create", message: "no user of the load exists who follows an inbox" } as const;

/** Why users did not become template admins, by id. */
async function giveRoles(
  load: LoadContext,
  users: readonly LoadUser[],
): Promise<ReadonlyMap<string, Exclude<Arrival, { atMs: number }>>> {
  const refused = new Map<string, Exclude<Arrival, { atMs: number }>>();
  await takeTurns(users, load.task.concurrency, async ({ id, username }) => {
    if (load.signal.aborted) return;
    const given = await load.admin.setRoles(id, [TEMPLATE_ADMIN]);
    if (given.ok) return;
    const message = `${username} did not become a template admin: ${given.failure.message}`;
    refused.set(id, { class: answerClass("api-error", given.failure), message });
  });
  return refused;
}

/** One template is made and deleted; each receiver is counted once on each channel. Returns whether it is deleted. */
async function notifyOnce(
  load: LoadContext,
  round: {
    readonly name: string;
    readonly fileId: string;
    readonly sink: MailSink | undefined;
    readonly followers: readonly Follower[];
    readonly templateAdmins: number;
  },
): Promise<boolean> {
  const { name, sink, templateAdmins } = round;
  const timeoutMs = load.task.timeouts.commandMs;
  const made = await makeShortTemplate(load, round);
  const sentMs = performance.now();
  const deleted = made.ok ? await load.admin.deleteTemplate(made.value.id) : made;
  const at = { dueMs: sentMs, startedMs: sentMs, timeoutMs };
  const refused: Arrival | undefined = deleted.ok
    ? undefined
    : {
        class: answerClass("api-error", deleted.failure),
        message: `nobody was notified, because template ${name} was not ${made.ok ? "deleted" : "made"}: ${deleted.failure.message}`,
      };
  const receivers = round.followers.slice(0, templateAdmins);
  const inbox = receivers.map(async ({ watch, missing }) => {
    const came = refused ?? missing ?? (await watch?.notified(name, timeoutMs)) ?? NOBODY;
    countAnswer(load, "notification-inbox", at, came);
  });
  await Promise.all([...inbox, sink === undefined ? undefined : awaitMails()]);
  for (const { user, watch } of round.followers.slice(templateAdmins))
    if (watch?.has(name) === true)
      countAnswer(load, "notification-inbox", at, {
        class: "wrong-output",
        message: `${user?.username ?? ""} was notified of ${name}, and is no template admin`,
      });
  return deleted.ok;

  async function awaitMails(): Promise<void> {
    const expected = receivers.flatMap(({ user }) => (user === undefined ? [] : [addressOf(user)]));
    const { clock, signal } = load;
    const found =
      refused === undefined ? await sink?.await(name, expected, { clock, timeoutMs, signal }) : undefined;
    const why = found?.failure === undefined ? "" : `; the sink cannot be asked: ${found.failure}`;
    for (const { user } of receivers) {
      const atMs = user === undefined ? undefined : found?.cameMs.get(addressOf(user));
      countAnswer(
        load,
        "notification-smtp",
        at,
        refused ??
          (user === undefined ? NOBODY : undefined) ??
          (atMs === undefined
            ? {
                class: "command-timeout",
                message: `the mail about ${name} was not in the sink within ${timeoutMs} ms${why}`,
              }
            : // An answer takes time, so that a mail may look older than it is.
              { atMs: Math.max(sentMs, atMs) }),
      );
    }
  }
}

/** As the load makes its users. */
function addressOf({ username }: LoadUser): string {
  return `${username}@refbench.test`.toLowerCase();
}

/** Asks for everything that would make the whole load wait in vain. */
async function check(admin: CoderClient, task: LoadTask): Promise<void> {
  const refuse = (message: string): never => {
    throw new RefbenchError("usage", message);
  };
  const inbox = await admin.inbox();
  if (failedWith(inbox, 404, 405)) await refuseOldCoder(admin, "notifications", "inbox of notifications");
  if (!inbox.ok)
    throw new RefbenchError("coder", `the inbox of notifications cannot be read: ${inbox.failure.message}`);
  const [config, settings, methods] = await Promise.all([
    admin.deploymentConfig(),
    admin.notificationsSettings(),
    admin.dispatchMethods(),
  ]);
  if (config.ok && config.value.config.notifications?.inbox?.enabled === false)
    refuse("this Coder's inbox is turned off: start it with CODER_NOTIFICATIONS_INBOX_ENABLED=true");
  if (settings.ok && settings.value.notifier_paused)
    refuse("this Coder's notifications are paused: resume them (coder notifications resume)");
  const sink = sinkOf(task.notifications ?? {});
  if (sink === undefined) return;
  if (methods.ok && methods.value.default !== "smtp")
    refuse(
      `this Coder sends notifications by ${methods.value.default}, but --smtp-api-url waits for mails: start Coder with CODER_NOTIFICATIONS_METHOD=smtp, or omit the flag`,
    );
  try {
    await sink.find(task.prefix);
  } catch (error) {
    refuse(
      `the sink at ${task.notifications?.smtpApiUrl ?? ""} does not answer as "refbench smtp" does (${messageOf(error).split("\n", 1)[0] ?? ""}): start it, and give the URL of its API`,
    );
  }
}
