import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { main } from "../../../harness/cli/main.ts";
import { commandsBelow, loadProgram } from "../../support/command/all-commands.ts";

/** The help of a command, piped or in a terminal of so many columns. */
async function helpOf(path: string, columns?: number): Promise<string> {
  const stdout = Object.assign(new PassThrough(), columns === undefined ? {} : { columns });
  const [stderr, cwd] = [new PassThrough().resume(), "/"];
  expect(await main([...path.split(" "), "--help"], { stdout, stderr, env: {}, cwd })).toBe(0);
  return String(stdout.read());
}

const program = await loadProgram();
const paths = commandsBelow(program).map(({ path }) => path);
/** Commands with many flags, which need headings. */
const GROUPED = [
  ...["run", "stage", "preflight", "sweep", "nightly", "teardown", "results list"],
  ...["scaletest create-workspaces", "scaletest traffic", "scaletest cleanup"],
];

test.each(["run", "nightly", "sweep", "preflight"])("--rehearse is the first flag of %s", async (path) => {
  expect(/^ {2}(-.*?)(?: <| {2}|,)/m.exec(await helpOf(path))?.[1]).toBe("--rehearse");
});

test.each(GROUPED)("%s has its flags in groups, and examples", async (path) => {
  const help = await helpOf(path);
  const headings = [...help.matchAll(/^(\S.*):$/gm)].map(([, heading]) => heading);
  expect(headings.filter((heading) => !["Arguments", "Examples"].includes(heading!)).length).toBeGreaterThan(
    1,
  );
  expect(headings.at(-1)).toBe("Examples");
  expect(help).toMatch(new RegExp(`^ {2}refbench ${path} `, "m"));
});

describe.each([60, 80])("in a terminal of %d columns", (columns) => {
  test.each(paths)("the help of %s is wrapped at spaces, and its examples are not", async (path) => {
    const [help, piped] = [await helpOf(path, columns), await helpOf(path)];
    const examples = [...piped.matchAll(/^ {2}refbench .*$/gm)].map(([line]) => line);
    for (const example of examples) expect(help.split("\n")).toContain(example);
    for (const line of help.split("\n").filter((each) => each.length > columns && !examples.includes(each)))
      // One word, which is a variable or a list of values, or a command.
      expect(line).toMatch(/^(Usage: .*| *\S+( {2,}\S+)?|.*"refbench [^"]*")$/);
  });
});

test.each(paths)("piped, the help of %s has each description and each note on one line", async (path) => {
  const help = await helpOf(path);
  // A line that continues another one begins in lower case below its description.
  expect(help).not.toMatch(/^ {20,}\S/m);
});

test("every example is a command line that refbench accepts", async () => {
  for (const { path } of commandsBelow(program)) {
    for (const [, example = ""] of (await helpOf(path)).matchAll(/^ {2}refbench (.*)$/gm)) {
      const words = example.replace(/ >+ .*/, "").split(" ");
      const fresh = await loadProgram();
      const { command } = commandsBelow(fresh)
        .toSorted((one, other) => other.path.length - one.path.length)
        .find((each) => `${words.join(" ")} `.startsWith(`${each.path} `))!;
      let isParsed = false;
      command.action(() => void (isParsed = true));
      await fresh.parseAsync(["node", "refbench", ...words]);
      expect(isParsed, example).toBe(true);
    }
  }
});
