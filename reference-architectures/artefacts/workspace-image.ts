/** The image of workspaces that are pods or containers, also the default of the templates. */
export const WORKSPACE_IMAGE = "docker.io/codercom/enterprise-minimal:ubuntu-20251117";

/**
 * An image reference with the registry's host, and a tag, a digest or both, so that no default decides what is
 * pulled.
 */
export const IMAGE_REFERENCE =
  /^(?<host>[a-z0-9.-]+\.[a-z]+(?::\d+)?)\/(?<repository>[a-z0-9._/-]+?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** Returns the image of every workspace: with the registry's digest if known, so that all run the same. */
export function pinnedImage(image: string, digest: string | undefined): string {
  return digest === undefined || image.includes("@") ? image : `${image}@${digest}`;
}
