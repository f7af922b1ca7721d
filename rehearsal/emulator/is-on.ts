/** Returns whether Coder reads a value of its environment, or of a header, as true. */
export function isSwitchOn(value: string | undefined): boolean {
  return /^(1|t|true)$/i.test(value ?? "");
}
