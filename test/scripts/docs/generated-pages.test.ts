import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { generatedPages, markdownTable, withBlock } from "../../../scripts/docs/generated-pages.ts";
import { visibleCommands } from "../../../scripts/docs/program.ts";

const pages = await generatedPages();

test("the generated parts of documents match the program", async () => {
  for (const { path, text } of pages)
    expect(await readFile(path, "utf8"), `${path} is not current: run npm run docs`).toBe(text);
});

test("the command reference has each visible command with each of its flags and variables", async () => {
  const page = pages.find(({ path }) => path.endsWith("commands.md"))?.text ?? "";
  const sections = page.split(/^(?=#{2,3} refbench )/m).map((section) => section.split("\n"));
  for (const { path, command } of (await visibleCommands()).slice(1)) {
    const section = sections.find(([heading = ""]) => heading.replace(/^#+ /, "") === path)?.join("\n") ?? "";
    expect(section, path).not.toBe("");
    for (const { long, envVar = "", hidden } of command.options) {
      if (hidden) continue;
      expect(section, `${path} ${long}`).toContain(long);
      expect(section, `${path} ${long}`).toContain(envVar);
    }
  }
});

test("a block replaces the text between its markers, and needs both", () => {
  const text = "a\n<!-- generated:x -->\nold\n<!-- /generated:x -->\nb\n";
  expect(withBlock(text, "x", "new")).toBe("a\n<!-- generated:x -->\n\nnew\n\n<!-- /generated:x -->\nb\n");
  expect(() => withBlock("a <!-- generated:x -->", "x", "new")).toThrow("<!-- /generated:x -->");
});

test("a bar in a cell does not end it", () => {
  expect(markdownTable(["h"], [["a|b"]])).toBe("| h |\n| --- |\n| a\\|b |");
});
