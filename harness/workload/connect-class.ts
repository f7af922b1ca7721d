import type { ConnectFailure } from "../coder/connect.ts";
import type { FailureClass } from "../model/shard.ts";

/** The class that each way of not getting a connection is counted in. */
export const connectClass = {
  refused: "connect-refused",
  timeout: "connect-timeout",
  silent: "silent-connection",
  "rate-limited": "rate-limited",
} as const satisfies Record<ConnectFailure["why"], FailureClass>;
