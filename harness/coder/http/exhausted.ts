/** Codes of the system for what the machine of the generator has too few of, in words. */
const WHAT: Readonly<Record<string, string>> = {
  EMFILE: "open files of one process",
  ENFILE: "open files of the whole machine",
  EADDRNOTAVAIL: "local ports",
  EADDRINUSE: "local ports",
  ENOBUFS: "socket buffers",
  ENOMEM: "memory",
  EAI_MEMORY: "memory",
  EAGAIN: "processes",
  ENOSPC: "space",
};

/** As `coder ssh`, a program in Go on this machine, says the same; what a server says of itself reads otherwise. */
const SAID: readonly (readonly [RegExp, string])[] = [
  [/\b(?:socket|pipe2?|fork\/exec [^\n:]+|dial [^\n]*socket): too many open files/, "EMFILE"],
  [/too many open files in system/, "ENFILE"],
  [
    /\b(?:connect|bind): (?:cannot assign requested address|resource temporarily unavailable)/,
    "EADDRNOTAVAIL",
  ],
  [/\b(?:socket|connect|write|sendmsg): no buffer space available/, "ENOBUFS"],
  [/runtime: (?:out of memory|cannot allocate memory)|fork\/exec [^\n:]+: cannot allocate memory/, "ENOMEM"],
  [/failed to create new OS thread|fork\/exec [^\n:]+: resource temporarily unavailable/, "EAGAIN"],
];

/**
 * What this machine ran out of, with the system's code, if that is why a socket, a request or a process could
 * not be made; undefined for other errors. Such an error says nothing about the deployment.
 */
export function exhaustedBy(error: unknown): string | undefined {
  const code = codesOf(error).find((each) => Object.hasOwn(WHAT, each));
  return code === undefined ? undefined : worded(code);
}

/** Like `exhaustedBy`, from what a local program wrote to stderr. */
export function exhaustedSaid(stderr: string): string | undefined {
  const code = SAID.find(([says]) => says.test(stderr))?.[1];
  return code === undefined ? undefined : worded(code);
}

const RAN_OUT = "the generator's machine ran out of";

/** Whether a reason in words is one of these. */
export function isExhausted(reason: string): boolean {
  return reason.startsWith(RAN_OUT);
}

function worded(code: string): string {
  return `${RAN_OUT} ${WHAT[code] ?? "resources"} (${code})`;
}

/** Looks in the error, in the errors that it contains, and in its causes. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = "code" in error ? [String(error.code)] : [];
  const parts = error instanceof AggregateError ? error.errors.flatMap(codesOf) : [];
  return [...own, ...parts, ...codesOf(error.cause)];
}
