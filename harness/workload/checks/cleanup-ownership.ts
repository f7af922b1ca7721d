import type { User, Workspace } from "../../coder/http/schemas.ts";

/** Names of a load's users and workspaces: `bench-<run12>-<index>`, after `l<step>-` in a limit search. */
const OURS = /^bench-([0-9a-hjkmnp-tv-z]{12})(?:-l\d+)?-\d+$/;
/** Names of a load's templates: `bench-<run12>-n<number>`. */
const OUR_TEMPLATE = /^bench-([0-9a-hjkmnp-tv-z]{12})(?:-l\d+)?-n\d{4}$/;
/** Names of a load's tokens: `bench-<run12>-<random>-<purpose>`, after `l<step>-` in a limit search. */
const OUR_TOKEN = /^bench-([0-9a-hjkmnp-tv-z]{12})(?:-l\d+)?-[0-9a-f]{8}-\w+$/;

/** The run that made a workspace, by its name; undefined if refbench did not make it. */
export function runOfWorkspace({ name }: Pick<Workspace, "name">): string | undefined {
  return OURS.exec(name)?.[1];
}

/** The run that made a user. A name without refbench's address may belong to a person. */
export function runOfUser({ username, email }: Pick<User, "username" | "email">): string | undefined {
  return email === `${username}@refbench.test` ? OURS.exec(username)?.[1] : undefined;
}

/** The run that made a template, by its name. */
export function runOfTemplate({ name }: { readonly name: string }): string | undefined {
  return OUR_TEMPLATE.exec(name)?.[1];
}

/** The run that created a token, by its name. */
export function runOfToken(tokenName: string): string | undefined {
  return OUR_TOKEN.exec(tokenName)?.[1];
}

/** Whether Coder's own scaletest utility made the workspace. */
export function isCoderScaletestWorkspace({ name, owner_name: owner }: Workspace): boolean {
  return name.startsWith("scaletest-") && owner.startsWith("scaletest-");
}

/** Whether Coder's own scaletest utility made the user, by name and address. */
export function isCoderScaletestUser({ username, email }: User): boolean {
  return username.startsWith("scaletest-") && email.endsWith("@scaletest.local");
}
