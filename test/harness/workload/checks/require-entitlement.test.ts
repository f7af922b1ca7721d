import { expect, test } from "vitest";
import type { AnswerFault } from "../../../../rehearsal/emulator/faults.ts";
import { requireEntitlement } from "../../../../harness/workload/checks/require-entitlement.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const NOT_YET = { features: { high_availability: { enabled: false } } };
const ON = { features: { high_availability: { enabled: true } } };

/** Requires a feature of a Coder whose entitlements are these one after the other, the last one for ever. */
async function required(...answers: readonly object[]): Promise<void> {
  let asked = 0;
  const entitlements: AnswerFault = {
    call: /^GET \/entitlements$/,
    play: () => Promise.resolve({ status: 200, json: answers[Math.min(asked++, answers.length - 1)] }),
  };
  await using coder = await startEmulatedCoder({ answers: [entitlements] });
  const { signal } = new AbortController();
  await requireEntitlement(coder.siteAdmin, "high_availability", {
    signal,
    clock: fakeClock(),
    emit: () => undefined,
  });
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
