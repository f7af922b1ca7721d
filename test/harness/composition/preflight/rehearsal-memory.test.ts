import { expect, test } from "vitest";
import { resolveSize } from "../../../../reference-architectures/catalogue.ts";
import {
  checkRehearsalMemory,
  rehearsalMemory,
} from "../../../../harness/composition/preflight/rehearsal-memory.ts";

const of = (size: string) => resolveSize("gke", size).figures;

test("a larger load needs more, on both sides, and the sum is what is asked for", () => {
  const needs = ["canary", "100", "1200", "validated-3k", "validated-10k"].map((size) =>
    rehearsalMemory(of(size)),
  );
  const totals = needs.map(({ totalMib }) => totalMib);
  expect(totals).toEqual(totals.toSorted((a, b) => a - b));
  for (const { workersMib, emulatorMib, totalMib } of needs)
    expect(totalMib - workersMib - emulatorMib).toBeGreaterThan(0);
});

test("10,000 users fit into 24 GB with four workers, and the figures are reported", () => {
  const finding = checkRehearsalMemory(of("validated-10k"), 20_000);
  expect(finding).toMatchObject({ state: "ok", isNoted: true });
  expect(finding.found).toMatch(/about [\d,]+ MiB .* for 4 workers.*20,000 MiB are free/);
});

test("a machine without the memory is refused with the figures and the next step", () => {
  const { totalMib } = rehearsalMemory(of("validated-10k"));
  expect(checkRehearsalMemory(of("validated-10k"), Math.ceil(totalMib / 0.8))).toMatchObject({ state: "ok" });
  expect(checkRehearsalMemory(of("validated-10k"), totalMib)).toMatchObject({
    state: "failed",
    fix: expect.stringContaining("--set connections.total"),
  });
});

test("a small rehearsal has no line about memory", () => {
  expect(checkRehearsalMemory(of("canary"), 8_000)).toMatchObject({ state: "ok", isNoted: false });
});
