import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { programFile } from "../../../rehearsal/bundle.ts";
import { emulatorReady } from "../../../rehearsal/emulator/config.ts";
import { CONFIG, Driver } from "./driver.ts";

const MAIN = await programFile("emulator");

test("the process prints its address in one line, survives the terminal's signals, and ends by SIGTERM", async () => {
  const directory = await mkdtemp(join(tmpdir(), "refbench-emulator-"));
  const file = join(directory, "emulator.json");
  await writeFile(file, JSON.stringify(CONFIG));
  const child = execa("node", [MAIN, "--config", file], { stdin: "ignore" });
  const line = await new Promise<string>((resolve) =>
    child.stdout.once("data", (bytes) => resolve(String(bytes))),
  );
  const ready = emulatorReady.parse(JSON.parse(line));
  expect(ready.pid).toBe(child.pid);
  child.kill("SIGINT");
  child.kill("SIGHUP");
  const driver = new Driver(ready.url, ready.token ?? "");
  expect((await driver.get("/healthz")).text).toBe("OK");
  expect((await driver.get("/api/v2/users/me")).json.email).toBe(ready.email);
  expect((await driver.template()).name).toBe("kubernetes");
  child.kill("SIGTERM");
  const { exitCode, stdout } = await child;
  expect(exitCode).toBe(0);
  expect(stdout.split("\n")).toHaveLength(1);
  await rm(directory, { recursive: true });
});

test("an invalid configuration ends the process with its fault", async () => {
  const result = await execa("node", [MAIN], { reject: false });
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain("--config");
});
