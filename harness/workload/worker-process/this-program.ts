import { RefbenchError } from "../../tools/error.ts";

/** The command that starts this program again, without arguments of its own. */
export function thisProgram(): [string, ...string[]] {
  const program = process.argv[1];
  if (program === undefined)
    throw new RefbenchError("worker", "the worker does not know its own file: run it as a file");
  return [process.execPath, ...process.execArgv, program];
}
