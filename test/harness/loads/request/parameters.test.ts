import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parametersIn, readParameters } from "../../../../harness/loads/request/parameters.ts";

test.each([
  "3.10",
  "123456789012345678",
  "1e5",
  "007",
  "0x1F",
  "0o17",
  "-0",
  ".5",
  "+1",
  "1_000",
  ".inf",
  "yes",
  "No",
  "True",
  "off",
  "2024-01-01",
  "12:30:45",
  "1.2.3",
  "a b",
])("the value %s keeps its text", (value) => {
  expect(parametersIn(`name: ${value}\n`)).toEqual({ name: value });
  expect(parametersIn(`name: "${value}"\n`)).toEqual({ name: value });
  expect(parametersIn(`name: '${value}' # a note\n`)).toEqual({ name: value });
  expect(parametersIn(`name: [${value}, x]\n`)).toEqual({ name: JSON.stringify([value, "x"]) });
  expect(parametersIn(`name:\n  - ${value}\n`)).toEqual({ name: JSON.stringify([value]) });
  expect(parametersIn(JSON.stringify({ name: value }))).toEqual({ name: value });
});

test("names keep their text too, and a text of several lines its lines", () => {
  expect(parametersIn("1.10: a\n__proto__: b\nscript: |\n  one\n  two\n")).toEqual(
    Object.fromEntries([
      ["1.10", "a"],
      ["__proto__", "b"],
      ["script", "one\ntwo\n"],
    ]),
  );
});

test("a parameter named twice keeps its text, and a file without values yields no parameters", () => {
  expect(parametersIn("a: &version 3.10\nb: *version\n")).toEqual({ a: "3.10", b: "3.10" });
  expect(parametersIn("# nothing\n")).toEqual({});
});

test.each([
  ["name:\n", /"name" has no value: write "" for an empty text/],
  ["name: null\n", /"name" has no value.*quotes around null/],
  ["name: ~\n", /"name" has no value.*quotes around ~/],
  ["name: [a, null]\n", /"name" has no value/],
  ["name: {a: b}\n", /"name" is neither a text nor a list of texts/],
  ["name: [[a]]\n", /"name" is neither a text nor a list/],
  ["name: !!int 7\n", /Unresolved tag/],
  ["a: 1\na: 2\n", /unique/],
  ["- a\n", /not a list of name: value/],
  ["a: 1\n---\nb: 2\n", /multiple documents/],
  ["a: *nowhere\n", /nowhere|neither a text/],
])("%j is refused, since its text is not certain", (text, reason) => {
  expect(() => parametersIn(text)).toThrow(reason);
});

test("values of the command line come over those of the file, whose path an error names", async () => {
  const folder = await mkdtemp(join(tmpdir(), "refbench-parameters-"));
  await writeFile(join(folder, "good.yaml"), "version: 3.10\nzone: 007\n");
  await writeFile(join(folder, "bad.yaml"), "version:\n");
  const good = { parameter: ["zone=eu"], richParameterFile: "good.yaml" };
  expect(await readParameters(good, folder)).toEqual({ version: "3.10", zone: "eu" });
  const bad = readParameters({ parameter: [], richParameterFile: "bad.yaml" }, folder);
  await expect(bad).rejects.toThrow(/bad\.yaml, expected YAML of names and values: "version" has no value/);
});
