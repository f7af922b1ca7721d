import { expect, test } from "vitest";
import {
  CODER_SUPPORT,
  staleSupportProblem,
  SUPPORTED_CODER_VERSION,
  supportProblem,
} from "../../../reference-architectures/coder/coder-support.ts";
import { REHEARSED_CHANNELS } from "../../../reference-architectures/coder/coder-channels.ts";
import { CODER_VERSION } from "../../../reference-architectures/seed.ts";

test("the default version of Coder is the newest patch of the newest extended support release", () => {
  const extended = CODER_SUPPORT.releases.findLast(({ status }) => status === "extended");
  expect(extended?.newest).toBe(SUPPORTED_CODER_VERSION);
  expect(CODER_VERSION).toBe(SUPPORTED_CODER_VERSION);
  expect(supportProblem(CODER_VERSION)).toBeUndefined();
});

test("a rehearsal's channels are the list's: stable is the release before mainline", () => {
  const minors = CODER_SUPPORT.releases.map(({ minor }) => minor);
  const [stable, mainline] = [REHEARSED_CHANNELS.stable, REHEARSED_CHANNELS.mainline].map((version) =>
    minors.findIndex((minor) => version.startsWith(`${minor}.`)),
  );
  expect(mainline).toBe(minors.length - 1);
  expect(stable).toBe(minors.length - 2);
  for (const version of Object.values(REHEARSED_CHANNELS)) expect(supportProblem(version)).toBeUndefined();
});

test.each([
  ["2.31.0", /^Coder 2\.31 is not supported any more \(as of 2026-09-08\)$/],
  ["2.9.1", /^Coder 2\.9\.1 is not supported any more/],
  ["2.33.11", /^Coder 2\.33 is not supported any more/],
  ["2.34.5", /^Coder 2\.34\.8 is a later patch/],
])("%s is reported with its fault", (version, words) => {
  expect(supportProblem(version)).toMatch(words);
});

test("nothing is known against a version that is newer than the list", () => {
  expect(supportProblem("2.38.5")).toBeUndefined();
  expect(supportProblem("2.34.10")).toBeUndefined();
});

test("a list older than 60 days is reported with its age", () => {
  const day = 24 * 3_600_000;
  const made = Date.parse(CODER_SUPPORT.asOf);
  expect(staleSupportProblem(made)).toBeUndefined();
  expect(staleSupportProblem(made + 60 * day)).toBeUndefined();
  expect(staleSupportProblem(made + 61 * day)).toContain(
    `61 days old (of ${CODER_SUPPORT.asOf}; at most 60 days)`,
  );
});
