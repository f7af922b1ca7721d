#!/usr/bin/env node
import { register } from "tsx/esm/api";

register();
const { main } = await import("../harness/cli/main.ts");
const { stdout, stderr } = process;
// A reader that went away (`| head`, a closed terminal) must not end a run in the middle: SIGHUP is heard on its own.
for (const stream of [stdout, stderr]) stream.on("error", () => undefined);
const code = await main(process.argv.slice(2), { stdout, stderr, env: process.env, cwd: process.cwd() });
// What was left running on purpose (a stage that was told to leave) must not hold the terminal.
stdout.write("", () => process.exit(code));
