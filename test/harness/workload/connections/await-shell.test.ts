import { expect, test, vi } from "vitest";
import { ShellSession } from "../../../../harness/coder/shell-session.ts";
import { awaitShell } from "../../../../harness/workload/connections/await-shell.ts";

/** Reads a line and returns its output; undefined = it reads the line and prints nothing. */
type Reader = (line: string) => string | undefined;

const shell: Reader = (line) => `${line}\r\n${line.replace(/^echo /, "").replaceAll('"', "")}\r\n$ `;
const echo: Reader = (line) => `${line}\r\n`;

/** A session whose lines go to one reader after the other; the last one reads all the rest. */
function sessionOf(...readers: readonly Reader[]) {
  const typed: string[] = [];
  const session = new ShellSession("terminal", {
    write: (text) => {
      typed.push(text);
      const reader = readers[typed.length - 1] ?? readers.at(-1);
      const printed = reader?.(text.replace(/\r$/, ""));
      if (printed !== undefined) queueMicrotask(() => session.push(Buffer.from(printed)));
    },
    close: () => undefined,
    destroy: () => undefined,
    ping: () => undefined,
  });
  return { session, typed };
}

/** Waits with a clock that is moved on. */
async function waitFor(session: ShellSession, timeoutMs = 20_000) {
  vi.useFakeTimers();
  try {
    const waiting = awaitShell(session, timeoutMs);
    await vi.advanceTimersByTimeAsync(timeoutMs + 1);
    return await waiting;
  } finally {
    vi.useRealTimers();
  }
}

test("a shell answers with the joined word, and is asked once", async () => {
  const { session, typed } = sessionOf(shell);
  expect(await waitFor(session)).toMatchObject({ state: "shell" });
  expect(typed).toHaveLength(1);
  expect(session.isShell).toBe(true);
});

test("a terminal that echoes what is typed is not a shell", async () => {
  const { session } = sessionOf(echo);
  expect(await waitFor(session)).toEqual({ state: "asking", words: "" });
});

const questions: readonly (readonly [string, Reader])[] = [
  ["a line", () => "thanks\r\n$ "],
  ["a key, so that the rest of the line is no command", () => "$ cho\r\nsh: cho: not found\r\n$ "],
  ["all of it in silence", () => undefined],
];

test.each(questions)(
  "a question that takes %s is asked again, and the shell after it is one",
  async (_what, question) => {
    const { session, typed } = sessionOf(question, shell);
    session.push(Buffer.from("Which project? "));
    expect(await waitFor(session)).toMatchObject({ state: "shell" });
    expect(typed).toHaveLength(2);
  },
);

test("a menu is given up after three lines, with its last words", async () => {
  const { session, typed } = sessionOf((line) => `${line}\r\n(q) quit\r\nYour choice: `);
  session.push(Buffer.from("\u001b[2JWelcome!\r\n"));
  const outcome = await waitFor(session);
  expect(outcome).toMatchObject({
    state: "asking",
    words: expect.stringMatching(/\(q\) quit \/ Your choice:$/),
  });
  expect(JSON.stringify(outcome)).not.toContain("echo");
  expect(typed).toHaveLength(3);
  expect(session.isShell).toBe(false);
});

test("until the reader is known, only a line that does nothing and chooses nothing is typed", async () => {
  const { session, typed } = sessionOf(echo);
  await waitFor(session);
  for (const text of typed) expect(text).toMatch(/^echo "[bdfgjkpvwz]{6}""[bdfgjkpvwz]{6}"\r$/);
});

test("an end before any answer is one, with what was printed", async () => {
  const { session } = sessionOf(() => undefined);
  session.push(Buffer.from("This account is not available.\r\n"));
  const waiting = awaitShell(session, 20_000);
  session.end("the terminal closed with 1000");
  expect(await waiting).toEqual({ state: "closed", words: "This account is not available." });
});

test("silence is distinguished from a question", async () => {
  const { session } = sessionOf(() => undefined);
  expect(await waitFor(session)).toEqual({ state: "silent", words: "" });
});
