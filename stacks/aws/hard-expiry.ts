import { TEARDOWN_SECONDS } from "../expiry/after-expiry.ts";
import type { Environment } from "../environment.ts";

/**
 * Returns when a machine of AWS shuts itself down, in unix seconds; undefined without an expiry. AWS has no end for
 * machines, so a machine that terminates when it stops ends by its own clock.
 */
export function hardEnd({ expiresAt }: Environment): number | undefined {
  return expiresAt === null ? undefined : expiresAt + TEARDOWN_SECONDS;
}
