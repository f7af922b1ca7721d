/**
 * Coder's releases, from the calendar in its documentation (docs/install/releases/index.md in coder/coder) with its
 * changes up to `asOf`: pull request 28830 of 1 September 2026 released 2.37 (2.36 became stable), 29076 of 8
 * September its patch 2.37.1, 27970 and 28577 are the patches of 2.34 and 2.35, and 27460 names the extended support
 * releases. Each entry has the newest patch known at that time. The calendar changes each month:
 * `staleSupportProblem` warns when the list has missed two of them.
 */
export const CODER_SUPPORT = {
  asOf: "2026-09-08",
  releases: [
    { minor: "2.29", newest: "2.29.19", status: "extended" },
    { minor: "2.30", newest: "2.30.9", status: "ended" },
    { minor: "2.31", newest: "2.31.14", status: "ended" },
    { minor: "2.32", newest: "2.32.10", status: "ended" },
    { minor: "2.33", newest: "2.33.11", status: "ended" },
    { minor: "2.34", newest: "2.34.8", status: "extended" },
    { minor: "2.35", newest: "2.35.6", status: "security" },
    { minor: "2.36", newest: "2.36.4", status: "stable" },
    { minor: "2.37", newest: "2.37.1", status: "mainline" },
  ],
} as const;

/**
 * The newest patch of the newest extended support release. Other releases are mainline, stable and security for a
 * month each, so a pinned one would soon be out of support.
 */
export const SUPPORTED_CODER_VERSION = "2.34.8";

/** The newest patch of the release that was Coder's stable or mainline one at `asOf`. */
export function newestOf(status: "stable" | "mainline"): string {
  const found = CODER_SUPPORT.releases.find((release) => release.status === status);
  if (found === undefined) throw new Error(`the list of Coder's releases has no ${status} one`);
  return found.newest;
}

/** Returns what is wrong with a version, in words; undefined if nothing is known. */
export function supportProblem(version: string): string | undefined {
  const [major, minor] = version.split(".");
  const { asOf, releases } = CODER_SUPPORT;
  const known = releases.find((release) => release.minor === `${major}.${minor}`);
  const [oldest] = releases;
  if (known === undefined) {
    return isBefore(`${major}.${minor}`, oldest.minor)
      ? `Coder ${version} is not supported any more (as of ${asOf})`
      : undefined;
  }
  if (known.status === "ended") return `Coder ${known.minor} is not supported any more (as of ${asOf})`;
  return isBefore(version, known.newest)
    ? `Coder ${known.newest} is a later patch of it (as of ${asOf})`
    : undefined;
}

const DAY_MS = 24 * 3_600_000;

/** Coder releases each month, so an older list misses at least one release, and patches of others. */
export const MAX_SUPPORT_AGE_DAYS = 60;

/**
 * A warning that the list of releases is too old at a moment (milliseconds since the epoch), or undefined. The list has a date, so its
 * age can only be told by the wall clock.
 */
export function staleSupportProblem(nowMs: number): string | undefined {
  const days = Math.floor((nowMs - Date.parse(CODER_SUPPORT.asOf)) / DAY_MS);
  if (days <= MAX_SUPPORT_AGE_DAYS) return undefined;
  return `the list of Coder's releases is ${days} days old (of ${CODER_SUPPORT.asOf}; at most ${MAX_SUPPORT_AGE_DAYS} days), so support that ended since is not known`;
}

/** The next step for a list that is too old. */
export const STALE_SUPPORT_FIX =
  "update refbench, or compare the version with https://coder.com/docs/install/releases";

function isBefore(one: string, other: string): boolean {
  return one.localeCompare(other, "en", { numeric: true }) < 0;
}
