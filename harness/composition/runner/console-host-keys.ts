const BLOCK = /-----BEGIN SSH HOST KEY KEYS-----(.*?)-----END SSH HOST KEY KEYS-----/gs;
const KEY = /(?:^|\s)((?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) AAAA[A-Za-z0-9+/]+=*)(?=\s|$)/gm;

/** The host keys that cloud-init printed to a console, from the last start with all of them. */
export function consoleHostKeys(text: string): readonly string[] {
  const last = [...text.matchAll(BLOCK)].at(-1)?.[1] ?? "";
  return [...last.matchAll(KEY)].flatMap(([, key]) => (key === undefined ? [] : [key]));
}
