import type { Architecture } from "./architecture.ts";
import { ArchitectureError } from "./error.ts";

/** A Google project's id, with the domain prefix of some old ones. */
const GOOGLE_PROJECT = /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const AWS_ACCOUNT = /^\d{12}$/;
/** A name of one line. */
const CONTEXT = /^[^\p{Cc}]+$/u;

const EXPECTED = {
  google: { pattern: GOOGLE_PROJECT, words: "the id of a Google project (not its name or number)" },
  aws: { pattern: AWS_ACCOUNT, words: "the twelve digits of an AWS account" },
  kubernetes: { pattern: CONTEXT, words: "the name of a context of your kubeconfig" },
} as const;

/**
 * Returns the project, account or kubeconfig context for real resources. It must be given explicitly (`name`: a flag, or a variable of
 * refbench), and is never guessed from other tools' settings. Throws `ArchitectureError`. `otherwise` names the
 * user's alternative if it is missing.
 */
export function pinnedProject(
  { cloud }: Pick<Architecture, "cloud">,
  given: string | undefined,
  { name, otherwise }: { readonly name: string; readonly otherwise: string },
): string {
  const { pattern, words } = EXPECTED[cloud];
  if (given === undefined || given === "") {
    throw new ArchitectureError(name, undefined, `${words}, which is never guessed; ${otherwise}`);
  }
  if (pattern.test(given)) return given;
  throw new ArchitectureError(name, given, words);
}
