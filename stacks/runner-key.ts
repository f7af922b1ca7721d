/** A key pair of its own for one load runner, in OpenSSH's formats. */
export interface RunnerKey {
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Makes one. */
export async function newRunnerKey(): Promise<RunnerKey> {
  // Loaded when it is needed, which is once an environment.
  const { default: ssh2 } = await import("ssh2");
  const { public: publicKey, private: privateKey } = ssh2.utils.generateKeyPairSync("ed25519");
  return { publicKey, privateKey };
}
