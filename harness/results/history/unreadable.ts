/** A file that should have held a record and does not: named, never passed over. */
export interface Unreadable {
  readonly path: string;
  /** What follows the path in a sentence: "is not a record of this refbench: …". */
  readonly reason: string;
}
