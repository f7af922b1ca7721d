/** Reads a whole number above zero, or ends the benchmark by the flag's name. */
export function whole(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  return fail(`--${name} is ${JSON.stringify(text)}, expected a whole number above zero`);
}

/** Reads what `--output` takes, or ends the benchmark; true for text. */
export function isTextOutput(output: string): boolean {
  if (output === "text" || output === "json") return output === "text";
  return fail(`--output is ${JSON.stringify(output)}, expected text or json`);
}

/** Ends a benchmark that was asked for wrongly. */
export function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
