import { nanosecondsIn } from "./go-duration.ts";

/** Nanoseconds. */
const HOUR = 3_600e9;
/** A hundred years, and a week: Coder's defaults. */
const DEFAULTS = { user: 876_600 * HOUR, owner: 168 * HOUR };

/** How long tokens may live by the deployment's environment, nanoseconds: users', and owners'. */
export function tokenLimits(env: Readonly<Record<string, string>>): {
  readonly user: number;
  readonly owner: number;
} {
  return {
    user: nanosecondsIn(env["CODER_MAX_TOKEN_LIFETIME"]) ?? DEFAULTS.user,
    owner: nanosecondsIn(env["CODER_MAX_ADMIN_TOKEN_LIFETIME"]) ?? DEFAULTS.owner,
  };
}
