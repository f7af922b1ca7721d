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
