/** The target of SSH, as the deployment names it. */
export interface SshNames {
  readonly owner: string;
  readonly workspace: string;
  readonly agent?: string | undefined;
}

/** Names as Coder makes them; earlier versions allowed an underscore in an agent's. Nothing else is put on a command line. */
const NAME = /^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,62}[a-zA-Z0-9])?$/;

/**
 * Whether a word from a deployment is a name: it cannot be a flag, and means nothing to a shell, a path or a
 * host.
 */
export function isName(word: string): boolean {
  return NAME.test(word);
}

/** `<owner>/<workspace>[.<agent>]` as Coder's client takes it, or the word that is not a name. */
export function sshTarget({
  owner,
  workspace,
  agent,
}: SshNames): { readonly target: string } | { readonly problem: string } {
  const wrong = Object.entries({ owner, workspace, agent }).find(
    ([, word]) => word !== undefined && !isName(word),
  );
  if (wrong !== undefined)
    return {
      problem: `the deployment names the ${wrong[0]} ${JSON.stringify(wrong[1])}, which is not a name of letters, digits and hyphens: it is not put on a command line`,
    };
  return { target: `${owner}/${workspace}${agent === undefined ? "" : `.${agent}`}` };
}
