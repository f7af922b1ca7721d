/** What every machine on Google starts from: one build of Debian 12, since a family would move under a measurement. Google removes builds some months after their successor. */
export const DEBIAN_IMAGE = "projects/debian-cloud/global/images/debian-12-bookworm-v20261006";
