import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Answer } from "../../../../harness/coder/http/answer.ts";
import { CoderClient } from "../../../../harness/coder/client.ts";
import { CoderHttp } from "../../../../harness/coder/http/http.ts";
import { agentsOf } from "../../../../harness/coder/http/schemas.ts";
import { openSsh } from "../../../../harness/coder/ssh/ssh.ts";
import { openTerminal } from "../../../../harness/coder/terminal.ts";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { startConnectProxy } from "../../../support/network/connect-proxy.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";
import { startTlsFront } from "../../../support/network/tls-front.ts";

const connections = { total: 6, sshShare: 0.5 };

function valueOf<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.failure.message);
  return answer.value;
}

test("a load runs over TLS that a private CA vouches for, requests and websockets alike", async () => {
  await using coder = await startEmulatedCoder();
  await using front = await startTlsFront(coder.url);
  const deployment = { url: front.url, caPem: front.caPem, ssh: "tunnel" } as const;
  const { result } = await runLoadHere(loadTaskFor(coder, { deployment, connections }));
  expect(result.failures).toEqual([]);
  expect(result.connections).toMatchObject({ held: 6, heldSsh: 3 });
});

test("a closed connection over TLS reports when the other side has closed it too", async () => {
  await using coder = await startEmulatedCoder();
  await using front = await startTlsFront(coder.url);
  await coder.addWorkspace("one", "running");
  const http = new CoderHttp({ url: front.url, caPem: front.caPem, clock: systemClock });
  const client = new CoderClient(
    http,
    { token: coder.token, isSiteAdmin: true },
    new AbortController().signal,
  );
  const workspace = valueOf(await client.workspaces(0)).workspaces[0]!;
  const { key } = valueOf(await client.mintToken(workspace.owner_id, "bench"));
  const agentId = agentsOf(workspace)[0]!.id;
  const options = { transport: http.transport, token: key, agentId, connectMs: 10_000 };
  for (const opening of [openTerminal({ ...options, reconnect: randomUUID() }), openSsh(options)]) {
    const outcome = await opening;
    if (outcome.state !== "open") throw new Error(outcome.message);
    await new Promise<void>((resolve) => outcome.session.close(resolve));
  }
  await http.close();
});

test("a certificate without a trusted issuer ends the load, named and with what to do", async () => {
  await using coder = await startEmulatedCoder();
  await using front = await startTlsFront(coder.url);
  const deployment = { url: front.url, ssh: "tunnel" } as const;
  await expect(runLoadHere(loadTaskFor(coder, { deployment }))).rejects.toThrow(
    /SELF_SIGNED_CERT.*certificate of localhost.*--ca-file/,
  );
});

test("a certificate for another name says so, although its issuer is trusted", async () => {
  await using coder = await startEmulatedCoder();
  await using front = await startTlsFront(coder.url);
  const deployment = { url: front.byAddress, caPem: front.caPem, ssh: "tunnel" } as const;
  await expect(runLoadHere(loadTaskFor(coder, { deployment }))).rejects.toThrow(
    /ALTNAME_INVALID.*use a name that the certificate is for/,
  );
});

test("an address that no certificate is for is reached by the name of its certificate, through a proxy too", async () => {
  await using coder = await startEmulatedCoder();
  await using front = await startTlsFront(coder.url);
  await using proxy = await startConnectProxy();
  const named = { url: front.byAddress, caPem: front.caPem, serverName: "localhost", ssh: "tunnel" } as const;
  for (const deployment of [named, { ...named, proxy: proxy.url }]) {
    const { result } = await runLoadHere(loadTaskFor(coder, { deployment, connections }));
    expect(result.failures).toEqual([]);
    expect(result.connections).toMatchObject({ held: 6, heldSsh: 3 });
  }
});

test("a server without TLS under an https URL is a TLS failure", async () => {
  await using coder = await startEmulatedCoder();
  const deployment = { url: coder.url.replace("http:", "https:"), ssh: "tunnel" } as const;
  await expect(runLoadHere(loadTaskFor(coder, { deployment }))).rejects.toThrow(/check the URL's scheme/);
});

test("every connection goes through the proxy, over TLS too", async () => {
  await using coder = await startEmulatedCoder();
  await using front = await startTlsFront(coder.url);
  await using proxy = await startConnectProxy();
  for (const [url, caPem] of [[coder.url], [front.url, front.caPem]] as const) {
    proxy.asked.length = 0;
    const deployment = { url, caPem, proxy: proxy.url, ssh: "tunnel" } as const;
    const { result } = await runLoadHere(loadTaskFor(coder, { deployment, connections }));
    expect(result.failures).toEqual([]);
    expect(result.connections.held).toBe(6);
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(url).host]));
    // At least each held connection has its own.
    expect(proxy.asked.length).toBeGreaterThan(6);
  }
});

test("the extra headers are on every request and every websocket", async () => {
  await using coder = await startEmulatedCoder();
  const deployment = { url: coder.url, headers: { "x-access": "let-me-in" }, ssh: "tunnel" } as const;
  const { result } = await runLoadHere(loadTaskFor(coder, { deployment, connections }));
  expect(result.connections.held).toBe(6);
  expect(coder.headers.length).toBeGreaterThan(20);
  expect(coder.headers.every((headers) => headers["x-access"] === "let-me-in")).toBe(true);
});

test("a file that is not PEM and a URL that is not an HTTP proxy are refused with what to give", () => {
  const clock = systemClock;
  expect(() => new CoderHttp({ url: "https://localhost", caPem: "DER", clock })).toThrow(
    /give a file in PEM/,
  );
  expect(() => new CoderHttp({ url: "http://localhost", proxy: "socks5://x:1", clock })).toThrow(
    /socks5:\/\/, expected http/,
  );
});
