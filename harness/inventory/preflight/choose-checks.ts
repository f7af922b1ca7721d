import { RefbenchError } from "../../tools/error.ts";
import { CHECK_NAMES, type CheckName } from "./check.ts";

/** Reads a list of checks such as `quota,apis`; throws `usage` by the flag's name. */
export function parseChecks(flag: string, text: string): ReadonlySet<CheckName> {
  const names = text.split(",").map((name) => name.trim());
  return new Set(
    names.map((name) => {
      const known = CHECK_NAMES.find((each) => each === name);
      if (known !== undefined) return known;
      throw new RefbenchError("usage", `${flag} is "${text}", expected names of ${CHECK_NAMES.join(", ")}`);
    }),
  );
}

/**
 * Reads `--skip-preflight`. Only where the cloud's endpoints are custom, so an emulated cloud, may a check be left
 * out: in a real one each stands for an hour of creates that would fail, or for things left behind.
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
    `--skip-preflight is "${text}", which only an emulated cloud may have, and no endpoint variable (AWS_ENDPOINT_URL, GOOGLE_…_CUSTOM_ENDPOINT) is set: mend what the check found`,
  );
}
