import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { tokenAuth } from "../../../../../harness/inventory/google/auth.ts";
import { googleEndpoints, type GoogleEndpoints } from "../../../../../harness/inventory/google/endpoints.ts";
import type { MarkerAnswer } from "../../../../../harness/inventory/sweep/owner-marker/owner-marker.ts";
import { googleOwnerMarker } from "../../../../../harness/inventory/sweep/owner-marker/google.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";

const nowhere = "http://127.0.0.1:1/";

/** Asks for the marker of a project that answers so. */
async function ask(
  status: number,
  body: unknown,
  endpoints: (base: string) => GoogleEndpoints = (base) => ({
    ...googleEndpoints({}),
    resourceManager: base,
  }),
): Promise<MarkerAnswer> {
  const server = createServer((_, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const options = { auth: tokenAuth("planted"), endpoints: endpoints(base), clock: fakeClock() };
  return googleOwnerMarker("p", options)(new AbortController().signal);
}

test("a project that its owner labelled is allowed", async () => {
  expect(await ask(200, { labels: { refbench: "allowed" } })).toEqual({ state: "allowed" });
});

test.each([
  ["without labels", 200, {}, "has no label refbench"],
  ["labelled otherwise", 200, { labels: { refbench: "no" } }, "refbench=no, expected refbench=allowed"],
  ["that may not be read", 403, { error: { message: "no" } }, "cannot read the labels"],
  ["whose API fails", 500, {}, "cannot read the labels"],
])("a project %s is refused, with what to do", async (_, status, body, words) => {
  expect(await ask(status, body)).toMatchObject({
    state: "refused",
    reason: expect.stringContaining(words),
  });
});

test("the owner is not asked only if every API is emulated", async () => {
  const all = Object.fromEntries(Object.keys(googleEndpoints({})).map((api) => [api, nowhere]));
  expect(await ask(500, {}, () => all as unknown as GoogleEndpoints)).toEqual({ state: "allowed" });
});
