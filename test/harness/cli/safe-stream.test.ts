import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { main } from "../../../harness/cli/main.ts";
import { safeStream } from "../../../harness/cli/safe-stream.ts";

const HOSTILE = "\u001b]52;c;Y2xpcA==\u0007\u001b[2J\u009b31m\u202egpj";

test("output to a stream of refbench moves no cursor, as text and as bytes", () => {
  const stream = new PassThrough();
  const safe = safeStream(stream);
  safe.write(`a${HOSTILE}b\n`);
  safe.write(Buffer.from(`c${HOSTILE}d\n`));
  expect(String(stream.read())).toMatch(/^a[^\p{Cc}\p{Cf}]*b\nc[^\p{Cc}\p{Cf}]*d\n$/u);
});

test("a stream keeps what else it is", () => {
  const stream = Object.assign(new PassThrough(), { columns: 120, isTTY: true });
  const safe = safeStream(stream);
  expect([safe.columns, safe.isTTY, safe.writable]).toEqual([120, true, true]);
});

test("an error that repeats foreign words shows no control character, and adds no line", async () => {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-cli-"));
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const hostile = `no${HOSTILE}\nrefbench: finished: pass (exit code 0)`;
  const code = await main(["run", hostile, "--rehearse"], { stdout, stderr, env: {}, cwd });
  const text = String(stderr.read());
  expect(code).toBe(2);
  expect(text).toContain("no");
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(text).not.toMatch(/^refbench: finished/m);
});
