/** Whether a value of Coder's environment, or of a header, says yes as Coder reads it. */
export function isSwitchOn(value: string | undefined): boolean {
  return /^(1|t|true)$/i.test(value ?? "");
}
