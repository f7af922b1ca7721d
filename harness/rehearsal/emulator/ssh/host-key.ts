import { createPrivateKey, sign } from "node:crypto";
import ssh2 from "ssh2";
import type { ParsedKey } from "ssh2";

/** One host key for the whole deployment. ssh2 reads the key's text at each signature: signing with a parsed one costs a tenth. */
export function newHostKey(): ParsedKey {
  const parsed = ssh2.utils.parseKey(ssh2.utils.generateKeyPairSync("ed25519").private);
  if (parsed instanceof Error) throw parsed;
  const keyObject = createPrivateKey(parsed.getPrivatePEM());
  parsed.sign = (data) => sign(null, Buffer.from(data), keyObject);
  return parsed;
}
