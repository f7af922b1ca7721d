import { exhaustedSaid } from "../../coder/http/exhausted.ts";
import type { FailureClass, Phase } from "../../model/record/worker-result.ts";

/** A failure of the utility, classified like one of a load. */
export interface ClassedFailure {
  readonly class: FailureClass;
  readonly phase: Phase;
  readonly message: string;
}

interface Rule {
  readonly says: Pick<RegExp, "test">;
  readonly class: FailureClass;
  readonly phase?: Phase;
}

const EXHAUSTED = {
  test: (words: string): boolean => exhaustedSaid(words) !== undefined,
};

/** First the errors that mean the same everywhere, then those of each step. The first match counts. */
const RULES: readonly Rule[] = [
  // The utility runs on the generator's machine.
  { says: EXHAUSTED, class: "generator-exhausted" },
  { says: /\b429\b|rate.?limit|too many requests/i, class: "rate-limited" },
  { says: /x509|tls: |certificate/i, class: "tls" },
  { says: /status code 401|unauthorized|signed out|expired/i, class: "token-expired" },
  { says: /insufficient.quota|quota/i, class: "quota-exhausted", phase: "build" },
  { says: /licen[sc]e|\bseats?\b|user limit/i, class: "seats-exhausted", phase: "create-user" },
  { says: /build (failed|canceled)|unexpected job status/i, class: "build-failed", phase: "build" },
  { says: /wait for build[\s\S]*(deadline exceeded|canceled)/i, class: "build-timeout", phase: "build" },
  {
    says: /wait for agent|agents? (did not|to connect)|no agents?\b/i,
    class: "agent-timeout",
    phase: "workspace-ready",
  },
  { says: /expected string .* not found/i, class: "wrong-output", phase: "command" },
  {
    says: /reconnecting pty[\s\S]*(deadline exceeded|timed? ?out|timeout)/i,
    class: "command-timeout",
    phase: "command",
  },
  { says: /run reconnecting pty/i, class: "connect-refused", phase: "terminal-first-byte" },
  { says: /agent conn|wireguard|derp|disco/i, class: "connect-refused", phase: "ssh-handshake" },
  { says: /delete workspace|cleanup workspace/i, class: "workspace-delete", phase: "delete-workspace" },
  { says: /delete user/i, class: "user-delete", phase: "delete-user" },
  { says: /create user|create or login|login|log in/i, class: "user-create", phase: "create-user" },
  { says: /create workspace/i, class: "workspace-create", phase: "create-workspace" },
];

const TRAFFIC_RULES: readonly Rule[] = [
  ...RULES.slice(0, 4),
  {
    says: /(connect|dial|open|handshake)[\s\S]*(deadline exceeded|timed? ?out|timeout)/i,
    class: "connect-timeout",
  },
  {
    says: /(read|write|copy|wait)\b[\s\S]*(agent|from|to)\b|EOF|reset|closed|broken pipe/i,
    class: "connection-lost",
    phase: "traffic-tick",
  },
  { says: /connect|dial|open|handshake/i, class: "connect-refused" },
];

/** A stack frame that the utility prints with its errors. */
const FRAME = /^\s+(?:[\w.-]+\/\S+\.\S+|\/\S+\.go:\d+|\S+\.go:\d+)\s*$/;

/** The class of a failed run of `create-workspaces`. */
export function createFailure(error: string): ClassedFailure {
  return classed(error, RULES, "coder-run");
}

/** The class of a failed run of `workspace-traffic`; `opening` is the phase of its kind of connection. */
export function trafficFailure(error: string, opening: Phase): ClassedFailure {
  return classed(error, TRAFFIC_RULES, opening);
}

/** The error's message chain without the stack. */
export function errorText(error: string): string {
  return error
    .split("\n")
    .filter((line) => line.trim() !== "" && !FRAME.test(line))
    .map((line) => line.trim().replace(/^- /, "").replace(/:$/, ""))
    .join(": ");
}

function classed(error: string, rules: readonly Rule[], otherwise: Phase): ClassedFailure {
  const message = errorText(error);
  const rule = rules.find(({ says }) => says.test(message));
  return { class: rule?.class ?? "unexpected", phase: rule?.phase ?? otherwise, message };
}
