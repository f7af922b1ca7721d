import ssh2 from "ssh2";

/** A key pair in OpenSSH's formats. */
export interface SshKey {
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
  readonly privateKey: string;
}

/**
 * Creates an ed25519 key pair, and repeats that until it can be read back: ssh2 drops a leading zero byte of the
 * public key, so one key in 256 would not work.
 */
export function newSshKey(generate = (): KeyTexts => ssh2.utils.generateKeyPairSync("ed25519")): SshKey {
  for (;;) {
    const { public: publicKey, private: privateKey } = generate();
    const readable = [publicKey, privateKey].every((text) => !(ssh2.utils.parseKey(text) instanceof Error));
    if (readable) return { publicKey, privateKey };
  }
}

interface KeyTexts {
  readonly public: string;
  readonly private: string;
}
