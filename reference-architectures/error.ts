/**
 * A name, path or value that a reference architecture does not accept. Nothing was created: the command line turns it
 * into a usage error.
 */
export class ArchitectureError extends Error {
  override readonly name = "ArchitectureError";
  /** The place of the value: `connections.total`, or `architecture`, `size`, `--set`. */
  readonly path: string;
  /** The given value. */
  readonly value: unknown;
  /** The accepted values, in words. */
  readonly expected: string;

  constructor(path: string, value: unknown, expected: string) {
    super(`${path} is ${inWords(value)}, expected ${expected}`);
    this.path = path;
    this.value = value;
    this.expected = expected;
  }
}

function inWords(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
