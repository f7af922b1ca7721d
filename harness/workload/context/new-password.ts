import { randomBytes } from "node:crypto";

/** A password for a load's user: capitals, small letters, digits and a sign, 28 characters. */
export function newPassword(): string {
  return `Aa1-${randomBytes(18).toString("base64url")}`;
}
