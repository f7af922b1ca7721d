import { execa } from "execa";
import { join } from "node:path";
import { expect, test } from "vitest";
import { googleEndpoints } from "../../harness/inventory/google/endpoints.ts";
import { exchange, splitUrl } from "../../harness/tools/exchange.ts";

const SCRIPT = join(import.meta.dirname, "../../scripts/google-api.ts");
const start = (...args: string[]) =>
  execa(process.execPath, ["--import", "tsx", SCRIPT, ...args], { reject: false });

test("the manually started mock prints the variables that lead to it, says that it is simulated, and ends on a signal", async () => {
  const child = start("--project", "my-project");
  let printed = "";
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (data: Buffer) => {
      printed += data.toString();
      if (printed.includes("GOOGLE_OAUTH_ACCESS_TOKEN=mock\n")) resolve();
    });
  });
  const env = Object.fromEntries(
    [...printed.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
  const url = new URL("projects/my-project", googleEndpoints(env).resourceManager);
  const answer = await exchange({ method: "GET", ...splitUrl(url), headers: {}, timeoutMs: 10_000 });
  expect(answer.bytes.toString()).toContain('"lifecycleState":"ACTIVE"');
  child.kill("SIGTERM");
  const { exitCode, stderr } = await child;
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^mock of Google's API \(simulated\) for project my-project at http:/);
});

test.each([
  ["--port", "70000", /^--port must be a whole number from 0 to 65535; got "70000"$/],
  ["--speed", "fast", /^--speed must be a number above 0, such as 20; got NaN$/],
])("a wrong %s is refused in a sentence", async (flag, value, words) => {
  const { exitCode, stderr } = await start(flag, value);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(words);
});
