/** The word by which the owner of a project or account allows refbench there. */
export const MARKER = "refbench";
export const ALLOWED = "allowed";

/** What an owner's marker says; an answer that failed allows nothing. */
export type MarkerAnswer =
  | { readonly state: "allowed" }
  /** What is missing and how its owner makes it. */
  | { readonly state: "refused"; readonly reason: string };

/** Asks a project or account whether its owner allows refbench there: a pinned id alone can still be production. */
export type OwnerMarker = (signal: AbortSignal) => Promise<MarkerAnswer>;

/** Of an emulated cloud, which has no owner. */
export const noOwner: OwnerMarker = () => Promise.resolve({ state: "allowed" });
