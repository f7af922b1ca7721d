/**
 * Coder's releases as its own documentation listed them at `asOf` (docs/install/releases in coder/coder): the newest
 * patch of each minor version that was known then, and whether it got fixes. To be read again when it is older than a
 * quarter of a year.
 */
export const CODER_SUPPORT = {
  asOf: "2026-07-31",
  releases: [
    { minor: "2.29", newest: "2.29.19", status: "extended" },
    { minor: "2.30", newest: "2.30.9", status: "ended" },
    { minor: "2.31", newest: "2.31.14", status: "ended" },
    { minor: "2.32", newest: "2.32.10", status: "ended" },
    { minor: "2.33", newest: "2.33.11", status: "security" },
    { minor: "2.34", newest: "2.34.5", status: "stable" },
    { minor: "2.35", newest: "2.35.2", status: "mainline" },
  ],
} as const;

/** The newest patch of the release that was Coder's stable one, which is an extended support release too. */
export const STABLE_CODER_VERSION = "2.34.5";

/** What is wrong with a version, in words, or undefined where nothing is known against it. */
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

function isBefore(one: string, other: string): boolean {
  return one.localeCompare(other, "en", { numeric: true }) < 0;
}
