import ssh2 from "ssh2";

/** A key pair in OpenSSH's formats. */
export interface SshKey {
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
  readonly privateKey: string;
}

/**
 * Makes an ed25519 key pair. Made again while it cannot be read back: ssh2 drops a leading zero byte of the public
 * half, so that one key in 256 would let nobody in.
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
