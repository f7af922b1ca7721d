/**
 * How long a machine lives after its run's expiry: a teardown that begins at the expiry needs a running Coder to
 * delete workspaces.
 */
export const TEARDOWN_SECONDS = 3_600;
