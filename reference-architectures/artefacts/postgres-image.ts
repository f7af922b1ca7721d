/** The pinned release of each major version of Postgres: Docker's official image by its tag. Ours: those of November 2025. */
const RELEASES: Readonly<Record<string, string>> = {
  POSTGRES_13: "13.23",
  POSTGRES_14: "14.20",
  POSTGRES_15: "15.15",
  POSTGRES_16: "16.11",
  POSTGRES_17: "17.7",
};

/** The versions of Postgres that have an image. */
export const POSTGRES_IN_PODS = Object.keys(RELEASES);

/** Returns the image of Postgres in a cluster. Throws for a version that has none, which the catalogue refuses. */
export function postgresImage(version: string): string {
  const release = RELEASES[version];
  if (release === undefined) throw new Error(`no image of ${version} is pinned`);
  return `docker.io/library/postgres:${release}-bookworm`;
}
