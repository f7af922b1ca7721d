import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { programOf } from "../../../harness/cli/main.ts";

const sink = new PassThrough().resume();
const io = { stdout: sink, stderr: sink, env: {}, cwd: "/", exit: () => undefined };

test("the list of commands reads the same whether or not the commands are loaded", async () => {
  const whole = await programOf(io, "0.0.0");
  const none = await programOf(io, "0.0.0", { isNeeded: () => false });
  expect(none.helpInformation()).toBe(whole.helpInformation());
});

test("a command is loaded when its name or its alias is given", async () => {
  const program = await programOf(io, "0.0.0", { isNeeded: (name) => name === "loadtest" });
  const loaded = program.commands.filter(({ commands }) => commands.length > 0);
  expect(loaded.map((command) => command.name())).toEqual(["scaletest"]);
});

test("the help lists commands in groups, those that measure first, and ends with examples", async () => {
  const program = await programOf(io, "0.0.0");
  let help = "";
  program.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  expect([...help.matchAll(/^(\S.*):$/gm)].map(([, heading]) => heading)).toEqual([
    "Options",
    "Measure",
    "Clean up",
    "Results",
    "Your own deployment",
    "This machine",
    "Commands",
    "Examples",
  ]);
  expect(help).toContain("refbench run gke --rehearse");
});
