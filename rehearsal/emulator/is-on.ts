/** Whether a value of Coder's environment, or of a header, says yes as Coder reads it. */
export function isOn(value: string | undefined): boolean {
  return /^(1|t|true)$/i.test(value ?? "");
}
