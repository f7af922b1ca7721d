/** A name, path or value that a reference architecture cannot take. Nothing was created: the command line turns it into a usage error. */
export class ArchitectureError extends Error {
  override readonly name = "ArchitectureError";
  /** Where: `connections.total`, or `architecture`, `size`, `--set`. */
  readonly path: string;
  /** What was given. */
  readonly value: unknown;
  /** What would have been accepted, in words. */
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
