import { expect, test } from "vitest";
import { neededMib, refuseTooLarge } from "../../../rehearsal/real-coder/memory-bound.ts";

const load = { workspaces: 50, daemons: 10 };

test("an agent counts 32 MiB, and a build only while a daemon can be at work on it", () => {
  expect(neededMib({ ...load, workspaces: 51 }) - neededMib(load)).toBe(32);
  expect(neededMib({ ...load, daemons: 60 })).toBe(neededMib({ ...load, daemons: 50 }));
});

test("a load that just fits is taken", () => {
  expect(() => refuseTooLarge(load, neededMib(load))).not.toThrow();
});

test("a load that does not fit is refused with what it needs, what is free and what would fit", () => {
  const free = neededMib(load) - 100;
  expect(() => refuseTooLarge(load, free)).toThrow(
    new RegExp(`need ${neededMib(load)} MiB .*${free} are free.*--set workspaces=46`),
  );
  expect(() => refuseTooLarge({ ...load, workspaces: 46 }, free)).not.toThrow();
});
