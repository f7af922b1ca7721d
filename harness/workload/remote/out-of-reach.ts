/** The runner cannot be reached at the moment: worth a retry. Every other error is final. */
export class OutOfReach extends Error {
  override readonly name = "OutOfReach";
}
