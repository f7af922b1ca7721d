/**
 * The image of every machine on Google: one build of Debian 12, because the newest image of a family changes between
 * measurements. Google removes builds some months after their successor.
 */
export const DEBIAN_IMAGE = "projects/debian-cloud/global/images/debian-12-bookworm-v20261006";
