import { describe, expect, test } from "vitest";
import type { Option } from "commander";
import { commandsBelow, loadProgram } from "../../../support/command/all-commands.ts";

const outputs: (readonly [string, Option])[] = commandsBelow(await loadProgram()).flatMap(
  ({ path, command }) =>
    command.options.filter(({ long }) => long === "--output").map((option) => [path, option] as const),
);

/** Parses values of the flag one after the other, as commander does. */
function parse(option: Option, ...values: readonly string[]): unknown {
  return values.reduce(
    (before: unknown, value) => option.parseArg?.(value, before as never),
    option.defaultValue,
  );
}

test("every command that prints a result for programs has --output", () => {
  expect(outputs.length).toBeGreaterThan(15);
});

describe.each(outputs)("--output of %s", (_, option) => {
  const forms = option.argChoices ?? [];
  const takesFiles = option.flags.includes(":path");

  test("accepts each form that its help lists", () => {
    expect(forms).toContain("json");
    for (const form of forms) expect(parse(option, form)).toEqual(takesFiles ? [{ format: form }] : form);
  });

  test("refuses every other form by one error that lists its own", () => {
    for (const wrong of ["markdown", "yaml", "", ":x"].filter((each) => !forms.includes(each)))
      expect(() => parse(option, wrong)).toThrow(/^--output must be .*; got "/);
  });

  test("writes into a file only if its help says so", () => {
    const toFile = (): unknown => parse(option, "json:out.json", "text");
    if (takesFiles) expect(toFile()).toEqual([{ format: "json", path: "out.json" }, { format: "text" }]);
    else expect(toFile).toThrow(/--output must be .*; got "json:out\.json"/);
  });
});
