import { expect, test } from "vitest";
import { InputQueue } from "../../../rehearsal/emulator/terminal/input-queue.ts";
import { Shell } from "../../../rehearsal/emulator/terminal/shell.ts";

const HOST = { hostname: "box", user: "coder", env: { CODER_WORKSPACE_NAME: "w1" } };

async function sh(script: string, stdin = "") {
  let output = "";
  const input = new InputQueue();
  input.push(Buffer.from(stdin));
  input.end();
  const write = (bytes: string | Buffer): void => void (output += bytes.toString());
  const streams = { input, out: write, err: write };
  const status = await new Shell(HOST).runToExit(script, streams, new AbortController().signal);
  return { status, output };
}

test.each([
  ["echo hello", 0, "hello\n"],
  ["sleep 0.001 && echo hello", 0, "hello\n"],
  ["echo -n a; echo b", 0, "ab\n"],
  ["true && echo yes || echo no", 0, "yes\n"],
  ["false && echo yes || echo no", 0, "no\n"],
  ["false || false; echo $?", 0, "1\n"],
  ["exit 7; echo never", 7, ""],
  ["false", 1, ""],
  ["foo", 127, "sh: 1: foo: not found\n"],
  ["foo 2>/dev/null; echo $?", 0, "127\n"],
  [`printf '%s-%d\\n' a 1 b 2`, 0, "a-1\nb-2\n"],
  [`X="a  b"; echo $X; echo "$X"; echo '$X' \\$X`, 0, "a b\na  b\n$X $X\n"],
  [`X=1; echo "\${X}2" # comment`, 0, "12\n"],
  ["echo ''", 0, "\n"],
  ["echo $UNSET end", 0, "end\n"],
  ["seq 3", 0, "1\n2\n3\n"],
  ["seq 2 2 6 | cat", 0, "2\n4\n6\n"],
  ["whoami; hostname; pwd", 0, "coder\nbox\n/home/coder\n"],
  ["uname -sm", 0, "Linux x86_64\n"],
  ["cd /tmp && pwd", 0, "/tmp\n"],
  ["echo $CODER_WORKSPACE_NAME", 0, "w1\n"],
  ["sh -c 'exit 3'; echo $?", 0, "3\n"],
  ["echo 'open", 2, "sh: 1: Syntax error: Unterminated quoted string\n"],
  ["echo a &&", 2, "sh: 1: Syntax error: end of file unexpected\n"],
  ["; echo", 2, 'sh: 1: Syntax error: ";" unexpected\n'],
  ["sleep x", 1, "sleep: invalid time interval 'x'\n"],
])("%s ends with %i", async (script, status, output) => {
  expect(await sh(script)).toEqual({ status, output });
});

test("dd and cat give their input back, or swallow it", async () => {
  expect(await sh("cat", "in\n")).toEqual({ status: 0, output: "in\n" });
  expect((await sh("dd if=/dev/stdin of=/dev/stdout bs=4 status=none", "in\n")).output).toBe("in\n");
  expect((await sh("dd if=/dev/stdin of=/dev/null bs=4 status=none", "in\n")).output).toBe("");
  expect((await sh("read LINE; echo got $LINE; cat", "one\ntwo\n")).output).toBe("got one\ntwo\n");
});
