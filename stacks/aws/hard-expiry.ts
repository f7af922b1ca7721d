import { TEARDOWN_SECONDS } from "../expiry/after-expiry.ts";
import type { Environment } from "../environment.ts";

/**
 * When a machine of AWS shuts itself down, in unix seconds: AWS has no end for machines, and one whose stop is its
 * termination has the end that its own clock gives it. Undefined without an expiry.
 */
export function hardEnd({ expiresAt }: Environment): number | undefined {
  return expiresAt === null ? undefined : expiresAt + TEARDOWN_SECONDS;
}
