/** Why a runner cannot be talked to at this moment: worth another try. Every other error is final. */
export class OutOfReach extends Error {
  override readonly name = "OutOfReach";
}
