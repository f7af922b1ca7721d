import type { Architecture } from "./architecture.ts";
import { ArchitectureError } from "./error.ts";

/** A Google project's id, with the domain before it that some old ones have. */
const GOOGLE_PROJECT = /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const AWS_ACCOUNT = /^\d{12}$/;

const EXPECTED = {
  google: { pattern: GOOGLE_PROJECT, words: "the id of a Google project (not its name or number)" },
  aws: { pattern: AWS_ACCOUNT, words: "the twelve digits of an AWS account" },
} as const;

/**
 * The project or account in which real things are made. It is named for this one purpose (`name`: a flag, or a
 * variable of refbench) and never guessed from what other tools use. Throws `ArchitectureError`; `otherwise` is what
 * else the user may do where nothing is given.
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
