/** A file that should hold a record but does not. Such files are listed, never skipped. */
export interface Unreadable {
  readonly path: string;
  /** Continues a sentence after the path: "is not a record of this refbench: …". */
  readonly reason: string;
}
