import { createHash } from "node:crypto";

/** Names of files end at 255 bytes; `.json` and a temporary suffix come on top. */
const LONGEST = 200;

/** The key of a thing: names clash within one kind and scope. It is its file's name too. */
export function itemKey(kind: string, scope: string, name: string): string {
  const plain = [kind, scope, name].map((part) => part.replaceAll(/[^A-Za-z0-9._-]/g, "~")).join("--");
  const exact = [kind, scope, name].join("--");
  if (plain === exact && plain.length <= LONGEST) return plain;
  const hash = createHash("sha256")
    .update(JSON.stringify([kind, scope, name]))
    .digest("hex")
    .slice(0, 10);
  return `${plain.slice(0, LONGEST - 11)}~${hash}`;
}
