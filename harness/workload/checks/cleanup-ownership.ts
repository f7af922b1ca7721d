import type { User, Workspace } from "../../coder/http/schemas.ts";

/** What a load calls its users and workspaces: `bench-<run12>-<index>`. */
const OURS = /^bench-([0-9a-hjkmnp-tv-z]{12})-\d+$/;
/** What a load calls its tokens: `bench-<run12>-<random>-<purpose>`. */
const OUR_TOKEN = /^bench-([0-9a-hjkmnp-tv-z]{12})-[0-9a-f]{8}-\w+$/;

/** The run that a workspace was made by, as its name says; undefined when refbench did not make it. */
export function runOfWorkspace({ name }: Pick<Workspace, "name">): string | undefined {
  return OURS.exec(name)?.[1];
}

/** The run that a user was made by: a name alone, without refbench's address, may be a person's. */
export function runOfUser({ username, email }: Pick<User, "username" | "email">): string | undefined {
  return email === `${username}@refbench.test` ? OURS.exec(username)?.[1] : undefined;
}

/** The run that a token was minted by. */
export function runOfToken(tokenName: string): string | undefined {
  return OUR_TOKEN.exec(tokenName)?.[1];
}

/** Coder's own utility names what it makes so. */
export function isCoderScaletestWorkspace({ name, owner_name: owner }: Workspace): boolean {
  return name.startsWith("scaletest-") && owner.startsWith("scaletest-");
}

/** A user of Coder's own utility, by name and address both. */
export function isCoderScaletestUser({ username, email }: User): boolean {
  return username.startsWith("scaletest-") && email.endsWith("@scaletest.local");
}
