import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { systemClock } from "../../harness/tools/time/clock.ts";
import { waitUntil } from "../../harness/tools/time/wait-until.ts";

const REFBENCH = join(import.meta.dirname, "..", "..", "bin", "refbench.js");

test("a reader that closes its pipe does not end a command", async () => {
  const port = await freePort();
  const args = [REFBENCH, "emulator", "--port", `${port}`];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  child.stderr.destroy();
  const ended = once(child, "exit");
  const answers = await waitUntil(
    async () => {
      if (child.exitCode !== null) return false;
      return fetch(`http://127.0.0.1:${port}/healthz`).then(
        () => true,
        () => undefined,
      );
    },
    { clock: systemClock, everyMs: 50, forMs: 60_000 },
  );
  expect(answers).toBe(true);
  // It has said where it listens, to nobody, and still answers.
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test("files that it makes are not writable by others, whatever the shell's umask allows", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "refbench-umask-"));
  const command = `umask 000; exec "${process.execPath}" "${REFBENCH}" architectures list --output json`;
  const probe = `process.on("exit", () => require("node:fs").writeFileSync("mask", process.umask().toString(8)))`;
  writeFileSync(join(cwd, "probe.cjs"), probe);
  const child = spawn("sh", ["-c", command], {
    cwd,
    stdio: "ignore",
    env: { ...process.env, NODE_OPTIONS: `--require=${join(cwd, "probe.cjs")}` },
  });
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(readFileSync(join(cwd, "mask"), "utf8")).toBe("22");
  rmSync(cwd, { recursive: true });
});
