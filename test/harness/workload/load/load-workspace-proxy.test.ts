import { expect, test } from "vitest";
import WebSocket from "ws";
import { type CoderOptions, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

const CODER: CoderOptions = { workspaceProxies: ["sydney"], licence: "simulated" };
const SIGNING = /^POST \/applications\/reconnecting-pty-signed-token$/;

test("terminals of a load are opened at the workspace proxy, each by a token that Coder signed for it, and SSH is not", async () => {
  await using coder = await startEmulatedCoder(CODER);
  const { result } = await runLoadHere(loadTaskFor(coder, { workspaceProxy: "sydney" }));
  expect(result.failures).toEqual([]);
  const { held, heldTerminal, heldSsh } = result.connections;
  expect([held, heldTerminal, heldSsh]).toEqual([8, 6, 2]);
  // Each of the 4 workspaces was also visited once by a terminal.
  expect(coder.calls.filter((call) => SIGNING.test(call))).toHaveLength(heldTerminal + 4);
  expect(result.network).toMatchObject({
    ...{ terminalsAt: "sydney", workspaceProxies: [{ name: "sydney", healthy: true }] },
  });
});

test("a workspace proxy that Coder does not have is refused with those that it has, before anything is created", async () => {
  await using coder = await startEmulatedCoder(CODER);
  await expect(runLoadHere(loadTaskFor(coder, { workspaceProxy: "tokyo" }))).rejects.toMatchObject({
    ...{ code: "usage", message: expect.stringMatching(/"tokyo", expected one of sydney/) as unknown },
  });
  expect(coder.calls.filter((call) => /^POST/.test(call))).toEqual([]);
});

test("a workspace proxy opens no terminal by a user's session, nor by a token for another terminal", async () => {
  await using coder = await startEmulatedCoder(CODER);
  const regions = await coder.siteAdmin.regions();
  const { path_app_url: proxy } = (regions.ok ? regions.value.regions : []).find(
    ({ name }) => name === "sydney",
  ) ?? { path_app_url: "" };
  const agent = "00000000-0000-4000-8000-000000000001";
  const signed = await coder.siteAdmin.signTerminal(
    agent,
    `${proxy.replace("http", "ws")}/api/v2/workspaceagents/${agent}/pty`,
  );
  const token = signed.ok ? signed.value.signed_token : "";
  const statusOf = async (query: string): Promise<number | undefined> => {
    const socket = new WebSocket(
      `${proxy.replace("http", "ws")}/api/v2/workspaceagents/other/pty?reconnect=1${query}`,
      {
        headers: { "coder-session-token": coder.token },
      },
    );
    return new Promise((resolve) => {
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
      socket.on("error", () => undefined);
    });
  };
  expect(token).not.toBe("");
  expect([await statusOf(""), await statusOf(`&coder_signed_app_token_23db1dde=${token}`)]).toEqual([
    404, 404,
  ]);
  const elsewhere = await coder.siteAdmin.signTerminal(
    agent,
    `ws://192.0.2.1/api/v2/workspaceagents/${agent}/pty`,
  );
  expect(elsewhere).toMatchObject({ ok: false, failure: { status: 400 } });
});
