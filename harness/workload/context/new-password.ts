import { randomBytes } from "node:crypto";

/** A password for one user of a load: capitals, small letters, digits and a sign, 28 characters. */
export function newPassword(): string {
  return `Aa1-${randomBytes(18).toString("base64url")}`;
}
