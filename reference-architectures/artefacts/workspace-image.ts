/** What workspaces run where they are pods or containers; the templates' default says the same. */
export const WORKSPACE_IMAGE = "docker.io/codercom/enterprise-minimal:ubuntu-20251117";

/** A reference with its registry's host, and a tag, a digest or both: what is pulled must not depend on a default. */
export const IMAGE_REFERENCE =
  /^(?<host>[a-z0-9.-]+\.[a-z]+(?::\d+)?)\/(?<repository>[a-z0-9._/-]+?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** The image that every workspace runs: with the digest where its registry reported one, so that all run the same. */
export function pinnedImage(image: string, digest: string | undefined): string {
  return digest === undefined || image.includes("@") ? image : `${image}@${digest}`;
}
