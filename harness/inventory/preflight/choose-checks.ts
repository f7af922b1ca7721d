import { RefbenchError } from "../../tools/error.ts";
import { CHECK_NAMES, type CheckName } from "./check.ts";

/** Parses a list of checks such as `quota,apis`. Throws `usage` with the flag's name. */
export function parseChecks(flag: string, text: string): ReadonlySet<CheckName> {
  const names = text.split(",").map((name) => name.trim());
  return new Set(
    names.map((name) => {
      const known = CHECK_NAMES.find((each) => each === name);
      if (known !== undefined) return known;
      throw new RefbenchError(
        "usage",
        `${flag} must contain names of ${CHECK_NAMES.join(", ")}; got "${text}"`,
      );
    }),
  );
}

/**
 * Parses `--skip-preflight`. Only an emulated cloud with custom endpoints may skip checks. In a real cloud each check
 * prevents an hour of creates that would fail, or resources left behind.
 */
export function parseSkips(
  text: string | undefined,
  customEndpoints: readonly string[],
): ReadonlySet<CheckName> {
  if (text === undefined) return new Set();
  const skips = parseChecks("--skip-preflight", text);
  if (customEndpoints.length > 0) return skips;
  throw new RefbenchError(
    "usage",
    `--skip-preflight is only allowed for an emulated cloud, but no endpoint variable (AWS_ENDPOINT_URL, GOOGLE_…_CUSTOM_ENDPOINT) is set: fix what the check found instead of skipping "${text}"`,
  );
}
