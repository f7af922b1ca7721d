import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileLog } from "../../../../harness/observation/logs/file-log.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const { signal } = new AbortController();
const ERROR = `2026-11-30 05:00:17.224 [erro]  coderd: failed  error="password=hunter2 refused"\n`;

/** Reads after each of the texts is added, 5 seconds apart; the last one is read with the findings. */
async function reading(before: string, ...added: readonly string[]) {
  const file = join(mkdtempSync(join(tmpdir(), "log-")), "server.log");
  writeFileSync(file, before);
  const clock = fakeClock();
  const source = fileLog({ kind: "log", of: "coder", file }, clock);
  let bytes = 0;
  for (const [index, text] of ["", ...added].entries()) {
    appendFileSync(file, text);
    if (index < added.length) bytes += (await source.read(signal)).bytes;
    clock.advance(5_000);
  }
  const found = (await source.findings?.(0, signal)) ?? {};
  return { ...found, bytes: bytes + (found.bytes ?? 0) };
}

test("what was logged before the load is not of the load, and secrets are not kept", async () => {
  const { logs } = await reading(ERROR, ERROR, "2026-11-30 05:00:18.1 [info]  fine\n", ERROR);
  expect(logs).toEqual([
    expect.objectContaining({
      ...{ of: "coder", level: "error", count: 2, firstAtMs: 5_000, lastAtMs: 20_000 },
      message: "coderd: failed: password=* refused",
    }),
  ]);
});

test("a line that is half written at one reading is read whole at the next", async () => {
  const { logs } = await reading("", `${ERROR}${ERROR.slice(0, 60)}`, ERROR.slice(60));
  expect(logs).toMatchObject([{ count: 2, message: "coderd: failed: password=* refused" }]);
});

test("only what is new is read", async () => {
  const { bytes } = await reading(ERROR.repeat(1_000), ERROR, ERROR);
  expect(bytes).toBe(2 * ERROR.length);
});

test("a line without an end does not stop the reading", async () => {
  const { logs } = await reading("", "x".repeat(4 * 2 ** 20), `y\n${ERROR}`, "\n");
  expect(logs).toMatchObject([{ count: 1 }]);
});
