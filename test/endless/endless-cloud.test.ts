import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { ENDLESS_ANSWERS } from "../support/endless-proxy.ts";
import { mainAgainst } from "../support/main-against.ts";

/** Below the 40 s that a bucket's four tries may take together. */
const BOUND = { timeout: 20_000 };
const RUN = "01jd0000000000000000000000";
const COMMANDS = {
  "results import": ["results", "import", "--from", "gs://some-bucket/prefix"],
  teardown: ["teardown", RUN, "--from", "gs://some-bucket/prefix"],
  "teardown --all": ["teardown", "--all", "--dry-run", "--from", "gs://some-bucket/prefix"],
} as const;

const cases = (Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]).flatMap((name) =>
  (["sends a body without an end", "sends a hundred thousand brackets"] as const).map(
    (answer) => [name, answer] as const,
  ),
);

test.concurrent.each(cases)("%s ends where the bucket %s", BOUND, async (name, answer) => {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    asked += 1;
    ENDLESS_ANSWERS[answer](response);
  });
  let sent = 0;
  server.on("connection", (socket) => socket.on("close", () => (sent += socket.bytesWritten)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { code, said } = await mainAgainst(server, COMMANDS[name], {
    GOOGLE_OAUTH_ACCESS_TOKEN: "token",
    GOOGLE_STORAGE_CUSTOM_ENDPOINT: `http://127.0.0.1:${port}/storage/v1/`,
  });
  expect(asked, said).toBeGreaterThan(0);
  expect(code, said).not.toBe(0);
  expect(said).not.toContain("defect of refbench");
  expect(sent).toBeLessThan(64 * 2 ** 20);
});
