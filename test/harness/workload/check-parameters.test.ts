import { expect, test } from "vitest";
import { richParameters } from "../../../harness/coder/schemas.ts";
import { wrongParameters } from "../../../harness/workload/check-parameters.ts";

const known = richParameters.parse([
  { name: "home_disk_size", type: "number", required: true, validation_min: 1, validation_max: 100 },
  { name: "region", type: "string", options: [{ value: "eu" }, { value: "us" }], default_value: "eu" },
  { name: "gpu", type: "bool" },
  { name: "tools", type: "list(string)", options: null },
  { name: "team", type: "string", validation_regex: "^[a-z]+$" },
]);

test("parameters as the template asks for them have nothing wrong", () => {
  const given = { home_disk_size: "10", region: "us", gpu: "true", tools: '["git"]', team: "core" };
  expect(wrongParameters(given, known)).toEqual([]);
  expect(wrongParameters({ home_disk_size: "10" }, known)).toEqual([]);
});

test.each([
  [{ home_disk_sise: "10" }, /"home_disk_sise" is no parameter of it, expected "home_disk_size", "region"/],
  [{}, /"home_disk_size" is missing, a number without a default/],
  [{ home_disk_size: "ten" }, /"home_disk_size" is "ten", expected a number/],
  [{ home_disk_size: "" }, /expected a number/],
  [{ home_disk_size: "0" }, /expected a number of at least 1/],
  [{ home_disk_size: "101" }, /expected a number of at most 100/],
  [{ region: "mars" }, /"region" is "mars", expected one of "eu", "us"/],
  [{ gpu: "yes" }, /expected true or false/],
  [{ tools: "git" }, /expected a JSON list of text/],
  [{ team: "Core" }, /expected what matches \^\[a-z\]\+\$/],
])("%o is refused by name and with what was expected", (given, reason) => {
  expect(wrongParameters(given, known).join()).toMatch(reason);
});

test("a preset may give what is missing, and excuses nothing else", () => {
  expect(wrongParameters({}, known, true)).toEqual([]);
  expect(wrongParameters({ home: "1" }, known, true)).toHaveLength(1);
});

test("an expression of Go's that cannot be read here is left to Coder", () => {
  const [parameter] = richParameters.parse([
    { name: "x", type: "string", validation_regex: "(?i)[[:alpha:]" },
  ]);
  expect(wrongParameters({ x: "1" }, [parameter!])).toEqual([]);
});
