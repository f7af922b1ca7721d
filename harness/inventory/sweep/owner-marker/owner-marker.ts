/** The word by which the owner of a project or account allows refbench there. */
export const MARKER = "refbench";
export const ALLOWED = "allowed";

/** The owner's answer. A failed query allows nothing. */
export type MarkerAnswer =
  | { readonly state: "allowed" }
  /** The missing marker, and how the owner creates it. */
  | { readonly state: "refused"; readonly reason: string };

/** Checks that the owner of a project or account allows refbench there. A pinned id alone may still be production. */
export type OwnerMarker = (signal: AbortSignal) => Promise<MarkerAnswer>;

/** The marker of an emulated cloud, which has no owner. */
export const noOwner: OwnerMarker = () => Promise.resolve({ state: "allowed" });
