import { expect, test } from "vitest";
import { PollPace } from "../../../../harness/workload/context/poll-pace.ts";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { removeTokens, removeUsers } from "../../../../harness/workload/removal/remove.ts";
import { removeWorkspaces } from "../../../../harness/workload/removal/remove-workspaces.ts";
import { addPerson, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";

const UNKNOWN = { id: "00000000-0000-4000-8000-000000000000", userId: "me" };
const signal = new AbortController().signal;

test("an item that Coder no longer knows counts as gone: a delete without an answer may have succeeded", async () => {
  await using coder = await startEmulatedCoder();
  const options = { client: coder.siteAdmin, concurrency: 0, signal };
  const pollPace = new PollPace(systemClock, 1);
  const removals = [
    await removeUsers([UNKNOWN], options),
    await removeTokens([UNKNOWN], options),
    await removeWorkspaces([UNKNOWN], { ...options, pollPace, timeoutMs: () => 5000 }),
  ];
  for (const { gone, reasons } of removals) {
    expect([...gone]).toEqual([UNKNOWN.id]);
    expect(reasons.size).toBe(0);
  }
});

test("a refused delete returns its reason, and the others continue", async () => {
  await using coder = await startEmulatedCoder();
  const busy = { id: await addPerson(coder, "busy", { workspace: "dev" }) };
  const idle = { id: await addPerson(coder, "idle") };
  const { gone, reasons } = await removeUsers([busy, idle], {
    client: coder.siteAdmin,
    concurrency: 1,
    signal,
  });
  expect([...gone]).toEqual([idle.id]);
  expect(reasons.get(busy.id)).toMatch(/^DELETE .*417/);
});

test("after an abort no further removal starts, and nothing is claimed about the rest", async () => {
  await using coder = await startEmulatedCoder();
  const people = [{ id: await addPerson(coder, "first") }, { id: await addPerson(coder, "second") }];
  const stop = new AbortController();
  const removals = await removeUsers(people, {
    client: coder.siteAdmin,
    concurrency: 1,
    signal: stop.signal,
    onEnd: () => stop.abort(),
  });
  expect([...removals.gone]).toEqual([people[0]?.id]);
  expect(removals.reasons.size).toBe(0);
  expect((await coder.names()).users).toEqual(["second"]);
});
