#!/usr/bin/env node
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { findBuild } from "./find-build.js";

const shell = { ...process.env };
// Programs and state are made here: nobody else may write them, whatever the shell allows. Children inherit it.
process.umask(process.umask() | 0o022);
// They change how the loader reads the files that follow.
for (const name of Object.keys(shell))
  if (/^(TSX|ESBUILD)_/.test(name)) Reflect.deleteProperty(process.env, name);
const { stdout, stderr } = process;
// A reader that went away (`| head`, a closed terminal) must not end a run in the middle: SIGHUP is heard on its own.
for (const stream of [stdout, stderr]) stream.on("error", () => undefined);
const {
  environment,
  main: command,
  isSource,
} = findBuild(dirname(import.meta.dirname), (line) => stderr.write(`refbench: ${line}\n`));
if (isSource) (await import("tsx/esm/api")).register();
const { removedVariables } = await import(pathToFileURL(environment));
// Before anything else is loaded: libraries read this process's environment on their own.
for (const name of removedVariables(shell)) Reflect.deleteProperty(process.env, name);
const { main, stackOf } = await import(pathToFileURL(command));
process.on("uncaughtExceptionMonitor", (error) => {
  if (error instanceof Error) error.stack = stackOf(error);
});
const code = await main(process.argv.slice(2), {
  ...{ stdout, stderr, env: shell },
  cwd: process.cwd(),
  script: process.argv[1],
});
// A process that keeps running on purpose (a stage that the user left) must not hold the terminal.
stdout.write("", () => process.exit(code));
