const UNITS = { h: 3_600e9, m: 60e9, s: 1e9 } as const;
/** A hundred years, and a week: Coder's defaults. */
const DEFAULTS = { user: 876_600 * UNITS.h, owner: 168 * UNITS.h };

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

/** A duration as Go writes it, such as `1h30m`. */
function nanosecondsIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+[hms])+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, digits, unit]) => sum + Number(digits) * UNITS[unit as keyof typeof UNITS],
    0,
  );
}
