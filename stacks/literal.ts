/** Text that Terraform must not read as its own templates: the shell's variables look like them. */
export function literal(text: string): string {
  return text.replaceAll(/[$%]\{/g, (sign) => `${sign.charAt(0)}${sign}`);
}
