import { expect, test } from "vitest";
import { pollsLine } from "../../../../harness/results/format/poll-words.ts";
import { sampleMeasurements } from "../sample-record.ts";

test("polls are shown with the number of lost ones, by what came instead of their answers", () => {
  const lostBy = [
    { answer: "503", count: 1_200, example: "GET /workspaces/1: 503 Unavailable" },
    { answer: "malformed", count: 3, example: "GET /workspaces/2: answer is not as promised" },
  ];
  expect(pollsLine(sampleMeasurements({ polls: { asked: 2_400, lost: 1_203, lostBy } }))).toBe(
    "Polls: 1,203 of 2,400 answers lost (1,200 × 503, 3 × malformed), such as: GET /workspaces/1: 503 Unavailable",
  );
  expect(pollsLine(sampleMeasurements({ polls: { asked: 7, lost: 0, lostBy: [] } }))).toBe(
    "Polls: 0 of 7 answers lost.",
  );
  expect(pollsLine(sampleMeasurements())).toBeUndefined();
});
