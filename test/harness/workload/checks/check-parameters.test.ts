import { describe, expect, test } from "vitest";
import { evaluatedParameters, richParameters } from "../../../../harness/coder/http/schemas.ts";
import { wrongByEvaluation, wrongParameters } from "../../../../harness/workload/checks/check-parameters.ts";

const known = richParameters.parse([
  { name: "home_disk_size", type: "number", required: true, validation_min: 1, validation_max: 100 },
  { name: "region", type: "string", options: [{ value: "eu" }, { value: "us" }], default_value: "eu" },
  { name: "gpu", type: "bool" },
  { name: "tools", type: "list(string)", options: null },
  { name: "team", type: "string", validation_regex: "^[a-z]+$" },
  { name: "ides", type: "list(string)", options: [{ value: "vim" }, { value: "code" }] },
]);

test("parameters as the template asks for them have nothing wrong", () => {
  const given = { home_disk_size: "10", region: "us", gpu: "true", tools: '["git"]', team: "core" };
  expect(wrongParameters(given, known)).toEqual([]);
  expect(wrongParameters({ home_disk_size: "10" }, known)).toEqual([]);
});

test.each([
  [
    { home_disk_sise: "10" },
    /"home_disk_sise" is not a parameter of it, expected "home_disk_size", "region"/,
  ],
  [{}, /"home_disk_size" is missing, a number without a default/],
  [{ home_disk_size: "ten" }, /"home_disk_size" is "ten", expected a number/],
  [{ home_disk_size: "" }, /expected a number/],
  [{ home_disk_size: "0" }, /expected a number of at least 1/],
  [{ home_disk_size: "101" }, /expected a number of at most 100/],
  [{ region: "mars" }, /"region" is "mars", expected one of "eu", "us"/],
  [{ gpu: "yes" }, /expected true or false/],
  [{ tools: "git" }, /expected a JSON list of text/],
  [{ tools: '["git"' }, /expected a JSON list of text/],
  [{ ides: '["emacs"]' }, /"ides" is .*expected a JSON list of "vim", "code"/],
])("%o is refused by name and with what was expected", (given, reason) => {
  expect(wrongParameters(given, known).join()).toMatch(reason);
});

test("a preset may give what is missing, and excuses nothing else", () => {
  expect(wrongParameters({}, known, { home_disk_size: "10" })).toEqual([]);
  expect(wrongParameters({ home: "1" }, known, { home_disk_size: "10" })).toHaveLength(1);
  expect(wrongParameters({}, known, { region: "eu" })).toHaveLength(1);
});

test.each([
  ["^[[:alpha:]][[:alnum:]-]+$", "team-7"],
  ["\\A[a-z]+\\z", "abc"],
  ["^\\pL+$", "é"],
  ["^\\p{Greek}+$", "αβ"],
  ["^\\Qa.b\\E$", "a.b"],
  ["^\\x{41}$", "A"],
  ["^.$", "🎉"],
  ["(?i)^abc$", "ABC"],
])("a pattern of Go's (%s) is left to Coder", (validation_regex, value) => {
  const known = richParameters.parse([{ name: "x", type: "string", validation_regex }]);
  expect(wrongParameters({ x: value }, known)).toEqual([]);
});

test.each(["1e5", "0x10", "2.5", "4."])("a number written as %s is left to Coder", (value) => {
  const known = richParameters.parse([{ name: "x", type: "number", validation_min: 1, validation_max: 3 }]);
  expect(wrongParameters({ x: value }, known)).toEqual([]);
});

describe("as Coder evaluates them", () => {
  const parameter = (name: string, ...diagnostics: unknown[]) => ({ name, type: "string", diagnostics });
  const error = (summary: string, detail = "") => ({ severity: "error", summary, detail });

  test("values without an error are right, whatever else it remarks", () => {
    const evaluated = evaluatedParameters.parse({
      diagnostics: [{ severity: "warning", summary: "old version" }],
      parameters: [parameter("advanced", { severity: "warning", summary: "deprecated" }), parameter("cpu")],
    });
    expect(wrongByEvaluation({ advanced: "x" }, evaluated)).toEqual([]);
  });

  test("its errors are reported in its own words, with the given value", () => {
    const evaluated = evaluatedParameters.parse({
      diagnostics: [error("Failed to evaluate", "module\nis missing")],
      parameters: [
        parameter("team", error("Invalid value", "must match")),
        parameter("size", error("Required")),
      ],
    });
    expect(wrongByEvaluation({ team: "A" }, evaluated)).toEqual([
      '"team" is "A": Invalid value: must match',
      '"size", a string, is missing: Required',
      "Failed to evaluate: module is missing",
    ]);
  });

  test("a name that is not there with these values is refused, which Coder takes in silence", () => {
    const evaluated = evaluatedParameters.parse({ diagnostics: null, parameters: [parameter("team")] });
    expect(wrongByEvaluation({ tam: "x" }, evaluated).join()).toMatch(
      /"tam" is not a parameter.*expected "team"/,
    );
  });
});
