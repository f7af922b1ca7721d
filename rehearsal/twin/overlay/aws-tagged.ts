import type { TypeOverlay } from "../values/overlay.ts";

/**
 * A kind of AWS's with tags. AWS makes up ids; the twin's end in the name, so that a value that holds one says what
 * it means.
 */
export function tagged(
  prefix: string,
  name: string,
  forceNew: readonly string[],
): Pick<TypeOverlay, "name" | "scope" | "path" | "id" | "forceNew" | "labels"> {
  return {
    name,
    scope: "{region}",
    path: `${prefix}/${name}`,
    id: `${prefix}/${name}`,
    forceNew,
    labels: "tags_all",
  };
}
