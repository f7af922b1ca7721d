#!/usr/bin/env node
import { register } from "tsx/esm/api";

register();
const { main } = await import("../harness/cli/main.ts");
const { stdout, stderr } = process;
const code = await main(process.argv.slice(2), { stdout, stderr, env: process.env, cwd: process.cwd() });
// What was left running on purpose (a stage that was told to leave) must not hold the terminal.
stdout.write("", () => process.exit(code));
