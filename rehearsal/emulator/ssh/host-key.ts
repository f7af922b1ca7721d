import { createPrivateKey, sign } from "node:crypto";
import ssh2 from "ssh2";
import type { ParsedKey } from "ssh2";
import { newSshKey } from "../../../stacks/ssh-key.ts";

/** One host key for the whole deployment. ssh2 reads the key's text at each signature: signing with a parsed one costs a tenth. */
export function newHostKey(): ParsedKey {
  const parsed = ssh2.utils.parseKey(newSshKey().privateKey);
  if (parsed instanceof Error) throw parsed;
  const keyObject = createPrivateKey(parsed.getPrivatePEM());
  parsed.sign = (data) => sign(null, Buffer.from(data), keyObject);
  return parsed;
}
