import { expect, test } from "vitest";
import { ShellSession } from "../../../harness/coder/shell-session.ts";

function session() {
  const typed: string[] = [];
  let letGo = (): void => undefined;
  const shell = new ShellSession("terminal", {
    write: (text) => typed.push(text),
    close: (onClosed) => {
      typed.push("<closed>");
      letGo = onClosed;
    },
    destroy: () => typed.push("<destroyed>"),
    ping: () => typed.push("<ping>"),
  });
  return { shell, typed, letGo: () => letGo(), print: (text: string) => shell.push(Buffer.from(text)) };
}

const ask = { timeoutMs: 10_000 };

test("a line is typed with a carriage return, as a keyboard does", () => {
  const { shell, typed } = session();
  void shell.ask("echo hello", "hello", ask);
  expect(typed).toEqual(["echo hello\r"]);
  shell.end("test over");
});

test("the echo of the typed command is not its output", async () => {
  const { shell, print } = session();
  const asked = shell.ask("echo hello", "hello", { timeoutMs: 20 });
  print("echo hello\r\n");
  print("$ echo hello\r\n");
  expect(await asked).toMatchObject({ state: "silent", output: expect.stringContaining("echo hello") });
});

test("a whole output line is the answer, in however many pieces it comes", async () => {
  const { shell, print } = session();
  const asked = shell.ask("echo hello", "hello", ask);
  for (const piece of ["$ echo hel", "lo\r", "\nhe", "llo", "\r", "\n$ "]) print(piece);
  expect(await asked).toMatchObject({ state: "answered" });
});

test("a longer word that holds the expected one is not the answer", async () => {
  const { shell, print } = session();
  const asked = shell.ask("say", "hello", { timeoutMs: 20 });
  print("hello there\r\nothello\r\n");
  expect(await asked).toMatchObject({ state: "silent" });
});

test("colours and a window title around the output do not hide it", async () => {
  const { shell, print } = session();
  const asked = shell.ask("echo hello", "hello", ask);
  print("\u001b]0;title\u0007\u001b[?2004l\r\u001b[32mhello\u001b[0m\r\n");
  expect(await asked).toMatchObject({ state: "answered" });
});

test("a marker that comes before the expected line is a wrong output, with what was seen", async () => {
  const { shell, print } = session();
  const asked = shell.ask("cmd\recho m1", "hello", { ...ask, marker: "m1" });
  print("goodbye\r\nm1\r\n");
  expect(await asked).toEqual({ state: "wrong", output: "goodbye\nm1\n" });
});

test("each of several questions gets its own answer", async () => {
  const { shell, print } = session();
  const answers = [shell.ask("echo a", "a", ask), shell.ask("echo b", "b", ask)];
  print("b\r\na\r\n");
  expect(await Promise.all(answers)).toMatchObject([{ state: "answered" }, { state: "answered" }]);
});

test("words typed ahead are answered after the prompts that a shell without line editing prints before them", async () => {
  const { shell, print } = session();
  const word = { ...ask, mayFollowPrompt: true };
  const answers = ["n1", "n2", "n3"].map((each) => shell.ask(`echo ${each}`, each, word));
  // As dash prints it.
  print("echo n1\r\necho n2\r\necho n3\r\n$ n1\r\n$ n2\r\nroot@ws:/# n3\r\n$ ");
  expect((await Promise.all(answers)).map(({ state }) => state)).toEqual([
    "answered",
    "answered",
    "answered",
  ]);
});

test.each(["$ echo n1", "echo n1", "cho n1", "ho n1", "o n1", "n1n1", "$ n1 n1"])(
  "%j is not an answer after a prompt",
  async (line) => {
    const { shell, print } = session();
    const asked = shell.ask("echo n1", "n1", { timeoutMs: 20, mayFollowPrompt: true });
    print(`${line}\r\n`);
    expect(await asked).toMatchObject({ state: "silent" });
  },
);

test("a command's own output is the whole line, after no prompt", async () => {
  const { shell, print } = session();
  const asked = shell.ask("say", "hello", { timeoutMs: 20 });
  print("$ hello\r\n");
  expect(await asked).toMatchObject({ state: "silent" });
});

test("output from before the question is not an answer, and is reported until an answer comes", async () => {
  const { shell, print } = session();
  print("hello\r\n");
  expect(await shell.ask("cmd", "hello", { timeoutMs: 20 })).toEqual({ state: "silent", output: "hello\n" });
});

test("an end of the connection ends the question and every later one", async () => {
  const { shell } = session();
  const asked = shell.ask("cmd", "hello", ask);
  shell.end("gone");
  expect(await asked).toMatchObject({ state: "closed" });
  expect(await shell.ask("cmd", "hello", ask)).toMatchObject({ state: "closed" });
  const told: unknown[] = [];
  shell.onEnd((end) => told.push(end));
  expect(told).toEqual([{ why: "lost", reason: "gone" }]);
});

test("closing ends the shell before the connection", async () => {
  const { shell, typed, print } = session();
  const asked = shell.ask("echo hello", "hello", ask);
  print("hello\r\n");
  await asked;
  shell.close();
  shell.close();
  expect(typed).toEqual(["echo hello\r", "exit\r", "<closed>"]);
  expect(shell.isOpen).toBe(false);
});

test("nothing is typed into what never answered as a shell, not even an exit", () => {
  const { shell, typed, print } = session();
  print("Delete everything? [y/n] ");
  shell.close();
  expect(typed).toEqual(["<closed>"]);
});

test("an end names what the shell printed last, in clean words and not its prompt", async () => {
  const { shell, print } = session();
  const asked = shell.ask("echo hello", "hello", ask);
  print("hello\r\n$ ");
  await asked;
  print("\u001b[31mKilled:\u0007 caf\u00e9 out of memory\u001b[0m\r\nuser@ws:~$ ");
  const told: unknown[] = [];
  shell.onEnd((end) => told.push(end));
  shell.end("the terminal closed with 1000");
  const reason = 'the terminal closed with 1000; it last printed "Killed:  caf\u00e9 out of memory"';
  expect(told).toEqual([{ why: "lost", reason }]);
});

test("a closing ends when the other side has closed, and at once if nothing was open", () => {
  const { shell, letGo } = session();
  const over: string[] = [];
  shell.close(() => over.push("closed"));
  expect(over).toEqual([]);
  letGo();
  shell.close(() => over.push("again"));
  expect(over).toEqual(["closed", "again"]);
});
