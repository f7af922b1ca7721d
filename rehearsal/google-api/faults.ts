/** One answer that is wanted instead of the ordinary one. */
export interface MockFault {
  /** Part of `METHOD path?query`, as the client sent it. */
  readonly match: string;
  readonly status: number;
  /** JSON, or a text as it is. @default `{}` */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How often. @default always */
  readonly times?: number;
}

/** Planned wrong answers; the first that matches is given. */
export class Faults {
  readonly #planned: { readonly fault: MockFault; left: number }[] = [];

  add(fault: MockFault): void {
    this.#planned.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#planned.length = 0;
  }

  /** Takes the fault that is due for a request. */
  take(line: string): MockFault | undefined {
    const due = this.#planned.find(({ fault, left }) => left > 0 && line.includes(fault.match));
    if (due === undefined) return undefined;
    due.left -= 1;
    return due.fault;
  }
}
