import { expect, test } from "vitest";
import { findRunnerOf, type FindRunnerOptions } from "../../../../harness/composition/runner/find-runner.ts";
import { pathWith } from "../../cli/runner/tunnel.ts";

const PLACE = { project: "some-project", region: "us-central1", zone: "us-central1-a" };
const signal = new AbortController().signal;

async function find(changes: Partial<FindRunnerOptions>) {
  return findRunnerOf({
    cloud: "google",
    place: () => Promise.resolve({ ...PLACE, runner_machine: "bench-runner" }),
    privateKey: () => Promise.resolve("a key"),
    env: await pathWith({ gcloud: "exit 0", aws: "exit 0", "session-manager-plugin": "exit 0" }),
    ...changes,
  })(signal);
}

test.each([
  ["google", "bench-runner in us-central1-a", "gcloud"],
  ["aws", "bench-runner in us-central1", "aws"],
] as const)(
  "a runner in %s is reached by its cloud's tunnel, with the environment's own key",
  async (cloud, name, tool) => {
    const access = await find({ cloud });
    expect(access).toMatchObject({ name, user: "refbench", privateKey: "a key" });
    expect(access.tunnel.command).toMatch(new RegExp(`/${tool}$`));
  },
);

test("an environment without a load runner is refused with the alternative", async () => {
  await expect(find({ place: () => Promise.resolve(PLACE) })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(/no load runner.*runner_machine.*--runner local/),
  });
});

test("a lost key is refused with the name of the machine", async () => {
  await expect(find({ privateKey: () => Promise.resolve(undefined) })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("the key of the load runner bench-runner is lost"),
  });
});

test("the place of the load runner is only read when it is needed", async () => {
  let asked = 0;
  const finder = findRunnerOf({
    cloud: "google",
    place: () => {
      asked += 1;
      return Promise.resolve({ ...PLACE, runner_machine: "bench-runner" });
    },
    privateKey: () => Promise.resolve("a key"),
    env: await pathWith({ gcloud: "exit 0" }),
  });
  expect(asked).toBe(0);
  await finder(signal);
  expect(asked).toBe(1);
});

test("a rehearsal never uses the tunnel of a real cloud", async () => {
  await expect(find({ twinRoot: "/nowhere/.refbench/twin" })).rejects.toThrow(/the twin.* \/nowhere/);
});
