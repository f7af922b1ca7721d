/**
 * Assigns connections to workspaces: each kind goes round all of them separately, and SSH is spread evenly.
 */
export function spread<T>(
  workspaces: readonly T[],
  sshShare: number,
): () => { readonly workspace: T; readonly kind: "terminal" | "ssh" } {
  const dealt = { terminal: 0, ssh: 0 };
  return () => {
    const count = dealt.terminal + dealt.ssh + 1;
    // Sums of shares such as 0.3 fall just short of whole numbers.
    const kind = Math.floor(count * sshShare + 1e-9) > dealt.ssh ? "ssh" : "terminal";
    const workspace = workspaces[dealt[kind]++ % workspaces.length];
    if (workspace === undefined) throw new RangeError("there is no workspace to connect to");
    return { workspace, kind };
  };
}
