import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fetchClient } from "../../../../harness/coder/ssh/fetch-client.ts";
import { clientName } from "../../../../harness/model/cloud/client-name.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { startConnectProxy } from "../../../support/network/connect-proxy.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { startTlsFront } from "../../../support/network/tls-front.ts";

const VERSION = "v2.31.0+abc";
const CLIENT = `#!/bin/sh\necho '{"version":"${VERSION}"}'\n`;

async function startServer(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function fetchInto(deployment: Omit<LoadTask["deployment"], "ssh">, mostBytes?: number) {
  const root = mkdtempSync(join(tmpdir(), "refbench-test-client-"));
  const folder = join(root, "client");
  const client = await fetchClient({
    deployment: { ...deployment, ssh: "stdio" },
    version: VERSION,
    folder,
    clock: fakeClock(),
    signal: AbortSignal.timeout(60_000),
    ...(mostBytes === undefined ? {} : { mostBytes }),
  });
  return { client, folder, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

test("the client comes the deployment's own way, into a folder that is its owner's alone", async () => {
  const asked: unknown[] = [];
  await using server = await startServer(({ url, headers }, response) => {
    asked.push([url, headers["x-access"]]);
    response.end(CLIENT);
  });
  await using front = await startTlsFront(server.url);
  await using proxy = await startConnectProxy();
  const { url, caPem } = front;
  using fetched = await fetchInto({ url, caPem, proxy: proxy.url, headers: { "x-access": "yes" } });
  const binary = join(fetched.folder, "coder");
  expect(fetched.client).toEqual({ state: "fetched", binary });
  expect(readFileSync(binary, "utf8")).toBe(CLIENT);
  expect(statSync(fetched.folder).mode & 0o777).toBe(0o700);
  expect(statSync(binary).mode & 0o777).toBe(0o700);
  expect(asked).toEqual([[`/bin/${clientName(process)}`, "yes"]]);
  expect(proxy.asked).toEqual([new URL(url).host]);
});

test.each<[string, RequestListener, RegExp, number]>([
  [
    "is not served",
    (_, response) => response.writeHead(404).end("404 page not found"),
    /^the deployment answers 404 to GET \/bin\/coder-/,
    1,
  ],
  [
    "is of another version",
    (_, response) => response.end(CLIENT.replace(VERSION, "v2.30.1")),
    /it offers is v2\.30\.1, and itself it is v2\.31\.0\+abc$/,
    1,
  ],
  ["cannot be run here", (_, response) => response.end("\u007fELF"), /does not tell its version here/, 1],
  [
    "breaks off each time",
    (_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("half", () => response.destroy());
    },
    /could not be fetched: /,
    3,
  ],
])("a client that %s is missing, with why", async (_, listener, why, requests) => {
  let count = 0;
  await using server = await startServer((request, response) => {
    count += 1;
    listener(request, response);
  });
  using fetched = await fetchInto({ url: server.url });
  expect(fetched.client).toEqual({ state: "missing", why: expect.stringMatching(why) });
  expect(count).toBe(requests);
});

test("a download that breaks off once is begun again", async () => {
  let count = 0;
  await using server = await startServer((_, response) => {
    count += 1;
    if (count > 1) response.end(CLIENT);
    else {
      response.writeHead(200, { "content-length": "1000" });
      response.write("half", () => response.destroy());
    }
  });
  using fetched = await fetchInto({ url: server.url });
  expect(fetched.client.state).toBe("fetched");
  expect(existsSync(join(fetched.folder, "coder"))).toBe(true);
});

test.each([
  ["linux", "x64", "coder-linux-amd64"],
  ["linux", "arm64", "coder-linux-arm64"],
  ["linux", "arm", "coder-linux-armv7"],
  ["darwin", "arm64", "coder-darwin-arm64"],
  ["win32", "x64", "coder-windows-amd64.exe"],
] as const)("on %s %s the client is %s", (platform, arch, name) => {
  expect(clientName({ platform, arch })).toBe(name);
});

test("a client without end is given up at its limit, and not asked for again", async () => {
  let asked = 0;
  await using server = await startServer((_, response) => {
    asked++;
    const more = (): void => {
      if (response.writable) response.write(Buffer.alloc(1_000), () => setImmediate(more));
    };
    more();
  });
  using fetched = await fetchInto({ url: server.url }, 100_000);
  expect(fetched.client).toEqual({
    state: "missing",
    why: expect.stringContaining("it is larger than 100000 bytes") as string,
  });
  expect(asked).toBe(1);
  expect(statSync(join(fetched.folder, "coder")).size).toBeLessThanOrEqual(100_000);
});

test("a client of another digest than the one that was asked for is deleted without being run", async () => {
  const ran = join(mkdtempSync(join(tmpdir(), "refbench-test-ran-")), "mark");
  const program = `#!/bin/sh\ntouch ${ran}\necho '{"version":"${VERSION}"}'\n`;
  await using server = await startServer((_, response) => response.end(program));
  const digest = createHash("sha256").update(program).digest("hex");
  using other = await fetchInto({ url: server.url, offeredSha256: "0".repeat(64) });
  expect(other.client).toEqual({
    state: "missing",
    why: expect.stringMatching(new RegExp(`has SHA-256 ${digest}, expected 0{64}: it was not run`)) as string,
  });
  expect([existsSync(ran), existsSync(join(other.folder, "coder"))]).toEqual([false, false]);
  using right = await fetchInto({ url: server.url, offeredSha256: digest });
  expect([right.client.state, existsSync(ran)]).toEqual(["fetched", true]);
});
