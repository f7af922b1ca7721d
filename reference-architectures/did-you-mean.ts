import { distance } from "fastest-levenshtein";

/** The largest share of wrong characters in a word for a suggestion. */
const MOST_WRONG = 0.4;

/**
 * Returns the known word nearest to a mistyped one, as the end of an error: ` (did you mean "canary"?)`. Empty if
 * none is near.
 */
export function didYouMean(given: string, known: Iterable<string>): string {
  const nearest = findNearest(given, known);
  return nearest === undefined ? "" : ` (did you mean "${nearest}"?)`;
}

/** The known word that a mistyped one is nearest to; undefined where none is near. */
export function findNearest(given: string, known: Iterable<string>): string | undefined {
  const word = given.toLowerCase();
  const nearest = [...known]
    .map((each) => ({ each, edits: distance(word, each.toLowerCase()) }))
    .toSorted((one, other) => one.edits - other.edits)[0];
  if (nearest === undefined) return undefined;
  const { each, edits } = nearest;
  return edits <= MOST_WRONG * Math.max(word.length, each.length) ? each : undefined;
}
