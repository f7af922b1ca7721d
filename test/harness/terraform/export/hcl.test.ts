import { execa } from "execa";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Block,
  blockText,
  Call,
  Expression,
  valueText,
} from "../../../../harness/terraform/export/hcl.ts";
import {
  parseJsonTemplate,
  plainText,
  splitTemplate,
} from "../../../../harness/terraform/export/template.ts";

test("a string that is one expression stands alone, and an expression within a text keeps its quotes", () => {
  expect(valueText("${google_compute_network.net.id}")).toBe("google_compute_network.net.id");
  expect(valueText('a "b" ${replace(x, "https://", "")}:sub')).toBe(
    String.raw`"a \"b\" ${'${replace(x, "https://", "")}'}:sub"`,
  );
  expect(valueText("$${not a template}")).toBe('"$${not a template}"');
  expect(valueText("one\ntwo")).toBe('join("\\n", ["one", "two"])');
});

test("a template within a string within an expression does not end the expression", () => {
  expect(splitTemplate('${try("http://${coalesce(a, "}")}:80", null)}/x')).toEqual([
    { kind: "expression", text: 'try("http://${coalesce(a, "}")}:80", null)' },
    { kind: "text", text: "/x" },
  ]);
});

test("JSON with expressions is read, whatever quotes they have", () => {
  expect(parseJsonTemplate('{"${replace(x, "a", "")}:sub": ["${y}", 1]}')).toEqual({
    '${replace(x, "a", "")}:sub': ["${y}", 1],
  });
  expect(parseJsonTemplate("[not JSON")).toBeUndefined();
});

test("a script is read as a shell does, and not at all if it has expressions", () => {
  expect(plainText("echo $${x%=*} $y")).toBe("echo ${x%=*} $y");
  expect(plainText("echo ${var.name}")).toBeUndefined();
});

test("whatever values a block has, terraform fmt finds nothing to change", { timeout: 120_000 }, async () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,11}$/);
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom(
        new Expression("var.labels"),
        "${a.b.c}",
        "one\ntwo",
        new Call("merge", new Expression("var.a"), { b: "c" }),
      ),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.oneof(name, fc.constant("a.b/c")), tie("value"), { maxKeys: 4 }),
    ),
  }));
  const args = fc.uniqueArray(fc.tuple(name, value), { selector: ([each]) => each, maxLength: 5 });
  const block = fc.record({
    head: fc.constant("block"),
    args,
    blocks: fc.constant([]),
    last: fc.constant([]),
  });
  const outer = fc.record({
    head: fc.constant('resource "a" "b"'),
    args,
    blocks: fc.array(block, { maxLength: 2 }),
    last: fc.constant([["depends_on", [new Expression("a.b")]]]),
  });
  // One process for all of them.
  const blocks = fc.sample(outer, { numRuns: 200, seed: 7 }) as readonly Block[];
  const text = blocks.map((each) => `${blockText(each)}\n`).join("\n");
  const { stdout } = await execa("terraform", ["fmt", "-"], { input: text, stripFinalNewline: false });
  expect(stdout).toBe(text);
});
