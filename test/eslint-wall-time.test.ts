import { Linter, type Rule } from "eslint";
import { expect, test } from "vitest";

const { noWallTimeDifference } = (await import(new URL("../eslint-wall-time.js", import.meta.url).href)) as {
  readonly noWallTimeDifference: Rule.RuleModule;
};

function isRefused(code: string): boolean {
  const plugins = { refbench: { rules: { wall: noWallTimeDifference } } };
  const [problem] = new Linter().verify(code, { plugins, rules: { "refbench/wall": "error" } });
  return problem !== undefined;
}

test.each([
  "const giveUpAt = clock.now() + 5;",
  "f(systemClock.now() - startedMs);",
  "const now = this.ports.clock.now(); while (now < deadline) f();",
  "const startedMs = Date.now(); f(endedMs - startedMs);",
  "f(outcome.at < intent.at);",
  "f(Date.parse(end) - begin);",
  "f(new Date() - begin);",
  "f(x - new Date(begin).getTime());",
])("%s is refused: the wall clock can be set meanwhile", (code) => {
  expect(isRefused(code)).toBe(true);
});

test.each([
  "const giveUpAt = clock.elapsed() + 5;",
  "f(performance.now() - startedMs);",
  "const now = clock.elapsed(); f(now - movedAt);",
  "f({ at: new Date(clock.now()).toISOString() });",
  "f(list.at(-1));",
])("%s is not", (code) => {
  expect(isRefused(code)).toBe(false);
});
