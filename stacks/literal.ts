/** Escapes a text, so that Terraform does not read the shell's variables as its own templates. */
export function literal(text: string): string {
  return text.replaceAll(/[$%]\{/g, (sign) => `${sign.charAt(0)}${sign}`);
}
