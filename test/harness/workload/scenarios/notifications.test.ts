import { expect, test } from "vitest";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import type { LoadResult, Phase } from "../../../../harness/model/record/worker-result.ts";
import { selfAudit } from "../../../../harness/results/self-audit/self-audit.ts";
import { problem } from "../../../../rehearsal/emulator/http/reply.ts";
import { startSmtpSink } from "../../../../rehearsal/stand-ins/smtp-sink.ts";
import { type CoderOptions, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";
import { recordOfResult } from "../../../support/results/record-of-result.ts";

interface Play {
  readonly options?: CoderOptions;
  readonly rounds?: number;
  readonly commandMs?: number;
  /** Whether Coder mails to the sink that the load asks; "elsewhere" = to nobody. */
  readonly mails?: "sink" | "elsewhere";
  readonly signal?: AbortSignal;
}

/** Six users follow their inboxes, and two of them are template admins. */
async function notify({ options = {}, rounds = 2, commandMs = 10_000, mails, signal }: Play = {}) {
  const sink = await startSmtpSink({ host: "127.0.0.1", smtpPort: 0, apiPort: 0, most: 100 });
  try {
    await using coder = await startEmulatedCoder({
      ...options,
      env: mails === "sink" ? { CODER_EMAIL_SMARTHOST: sink.smtpAddress } : {},
    });
    const load: LoadTask = loadTaskFor(coder, {
      ...{ scenario: "notifications", login: "mint", users: 6, workspaces: 0, parameters: {} },
      prefix: "bench-0123456789ab",
      notifications: {
        ...{ templateAdmins: 2, rounds, smtpRequestMs: 5_000 },
        ...(mails === undefined ? {} : { smtpApiUrl: sink.apiUrl }),
      },
      connections: { total: 0, sshShare: 0 },
      timeouts: { commandMs },
    });
    const startedMs = Date.now();
    const { result, events } = await runLoadHere(load, signal === undefined ? {} : { signal });
    const broken = selfAudit(await recordOfResult(load, result, { startedMs }));
    return {
      result,
      events,
      broken,
      left: [...coder.usersLeft(), ...coder.templatesLeft(), ...coder.tokensLeft()],
    };
  } finally {
    await sink.close();
  }
}

function counted(result: LoadResult, phase: Phase) {
  const found = result.histograms.find((one) => one.phase === phase && one.basis === "raw");
  return found && { count: found.count, failed: found.failed ?? 0 };
}

const WATCH = "notification-watch";
const INBOX = "notification-inbox";
const SMTP = "notification-smtp";

test("every template admin is notified once of each template on each channel, and nothing stays", async () => {
  const { result, broken, left } = await notify({ mails: "sink" });
  expect(result.failures).toEqual([]);
  expect(counted(result, WATCH)).toEqual({ count: 6, failed: 0 });
  expect(counted(result, INBOX)).toEqual({ count: 4, failed: 0 });
  expect(counted(result, SMTP)).toEqual({ count: 4, failed: 0 });
  expect(broken).toEqual([]);
  expect(left).toEqual([]);
});

type Notification = Readonly<Record<string, unknown>>;
const isAdmin = (username: string) => /-[01]$/.test(username);
const renamed = (answer: Notification) => ({
  ...answer,
  notification: { ...(answer["notification"] as object), title: 'Template "another" deleted' },
});

test.each<[string, NonNullable<CoderOptions["inbox"]>, string, RegExp, number]>([
  ["that never comes", () => [], "command-timeout", /not in the inbox within 300 ms/, 2],
  [
    "of another template",
    (answer, username) => (isAdmin(username) ? [renamed(answer)] : []),
    "command-timeout",
    /within 300 ms/,
    2,
  ],
  [
    "that is not Coder's",
    (_answer, username) => (isAdmin(username) ? [{ hello: 1 }] : []),
    "wrong-output",
    /no notification/,
    2,
  ],
  ["to those who are no template admins", (answer) => [answer], "wrong-output", /is no template admin/, 4],
])("a notification %s is a failure", async (_what, inbox, failure, words, count) => {
  const { result, broken, left } = await notify({ options: { inbox }, rounds: 1, commandMs: 300 });
  expect(result.failures).toEqual([
    expect.objectContaining({ class: failure, phase: INBOX, count, example: expect.stringMatching(words) }),
  ]);
  expect(broken).toEqual([]);
  expect(left).toEqual([]);
});

test("who is notified twice counts once", async () => {
  const twice: Play = {
    options: { inbox: (answer, username) => (isAdmin(username) ? [answer, answer] : []) },
    rounds: 1,
  };
  expect(counted((await notify(twice)).result, INBOX)).toEqual({ count: 2, failed: 0 });
});

test("a mail that does not come to the sink is missing, and the inbox is counted all the same", async () => {
  const { result, broken } = await notify({ mails: "elsewhere", rounds: 1, commandMs: 300 });
  expect(counted(result, INBOX)).toEqual({ count: 2, failed: 0 });
  expect(counted(result, SMTP)).toEqual({ count: 2, failed: 2 });
  expect(result.failures).toMatchObject([{ class: "command-timeout", phase: SMTP, count: 2 }]);
  expect(broken).toEqual([]);
});

test.each<[string, CoderOptions, string, { watch: number; inbox: number }]>([
  [
    "a user who could not be made",
    { faults: { refuseUser: ["bench-0123456789ab-5"] } },
    "user-create",
    { watch: 1, inbox: 0 },
  ],
  [
    "a role that is refused",
    { answers: [refusing(/^PUT \/users\/[^/]+\/roles$/)] },
    "api-error",
    { watch: 2, inbox: 2 },
  ],
  [
    "a template that cannot be made",
    { answers: [refusing(/^POST \/organizations\/[^/]+\/templates$/)] },
    "api-error",
    { watch: 0, inbox: 2 },
  ],
])("%s is missing where it is waited for", async (_what, options, failure, failed) => {
  const { result, left } = await notify({ options, rounds: 1, commandMs: 10_000 });
  expect(counted(result, WATCH)).toEqual({ count: 6, failed: failed.watch });
  expect(counted(result, INBOX)).toEqual({ count: 2, failed: failed.inbox });
  expect(result.failures.map((one) => one.class)).toContain(failure);
  expect(left).toEqual([]);
});

test("the template of a deletion without an answer is gone after the load", async () => {
  let asked = 0;
  const once = {
    call: /^DELETE \/templates\//,
    play: (_request: unknown, ask: () => Promise<ReturnType<typeof problem> | undefined>) =>
      asked++ === 0 ? Promise.resolve(problem(500, "not now")) : ask(),
  };
  const { result, left } = await notify({ options: { answers: [once] }, rounds: 1 });
  expect(counted(result, INBOX)).toEqual({ count: 2, failed: 2 });
  expect(left).toEqual([]);
});

function refusing(call: RegExp) {
  return { call, play: () => Promise.resolve(problem(403, "Forbidden.")) };
}

test.each<[string, Play, RegExp]>([
  ["a Coder that is too old", { options: { version: "2.20.3" } }, /this Coder v2\.20\.3 has no inbox.*2\.21/],
  [
    "a Coder whose notifications are paused",
    {
      options: {
        answers: [
          {
            call: /^GET \/notifications\/settings$/,
            play: () => Promise.resolve({ status: 200, json: { notifier_paused: true } }),
          },
        ],
      },
    },
    /notifications are paused: resume/,
  ],
])("%s is refused before anything is created", async (_what, play, words) => {
  await expect(notify(play)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(words),
  });
});
