/** A listing that was read to its end. */
export interface CompleteListing<T> {
  readonly state: "complete";
  readonly items: readonly T[];
}

/** A listing that failed. There is no `items`: nobody can say what else exists. */
export interface FailedListing<T> {
  readonly state: "failed";
  readonly reason: string;
  /** Items that were found before the failure: each exists, and there may be more. */
  readonly partial: readonly T[];
}

/** A listing is complete or it failed: only a complete one has `items`, so that no failure is read as an empty list. */
export type Listing<T> = CompleteListing<T> | FailedListing<T>;

/** The items of a listing, complete or not: they may be removed, but never prove that nothing else exists. */
export function seenIn<T>(listing: Listing<T>): readonly T[] {
  return listing.state === "complete" ? listing.items : listing.partial;
}

/** The items that pass the test, complete or failed as before. */
export function filterListing<T>(listing: Listing<T>, isWanted: (item: T) => boolean): Listing<T> {
  if (listing.state === "failed") return { ...listing, partial: listing.partial.filter(isWanted) };
  return { ...listing, items: listing.items.filter(isWanted) };
}
