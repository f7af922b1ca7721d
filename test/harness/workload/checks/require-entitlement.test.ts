import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { CoderClient } from "../../../../harness/coder/client.ts";
import { CoderHttp } from "../../../../harness/coder/http/http.ts";
import { requireEntitlement } from "../../../../harness/workload/checks/require-entitlement.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const NOT_YET = { features: { high_availability: { enabled: false } } };
const ON = { features: { high_availability: { enabled: true } } };

/** Asks a Coder that answers so for its entitlements, the last answer for ever, whether the feature is on. */
async function required(...answers: readonly object[]): Promise<void> {
  let asked = 0;
  const server = createServer((_, response) => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const clock = fakeClock();
  const http = new CoderHttp({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, clock });
  onTestFinished(async () => {
    await http.close();
    server.close();
  });
  const { signal } = new AbortController();
  const owner = new CoderClient(http, { token: "t", owner: true }, signal);
  await requireEntitlement(owner, "high_availability", { signal, clock, emit: () => undefined });
}

test("a licence that switches the feature on is waited for", async () => {
  await expect(required(NOT_YET, NOT_YET, ON)).resolves.toBeUndefined();
});

test.each([
  ["off", NOT_YET],
  ["not known", { features: {} }],
])("one after which the feature stays %s is refused, before anybody counts replicas", async (_, answer) => {
  await expect(required(answer)).rejects.toMatchObject({
    code: "coder",
    message: expect.stringMatching(/high_availability is not enabled.*ask Coder for a licence/),
  });
});
