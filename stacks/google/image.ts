/** What every machine starts from: one build of Debian 12, since a family would move under a measurement. */
export const DEBIAN_IMAGE = "projects/debian-cloud/global/images/debian-12-bookworm-v20261006";
