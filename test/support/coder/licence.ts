/** 2026-01-01T00:00:00Z, where the fake clock starts. */
export const NOW_MS = Date.UTC(2026, 0, 1);

/** Claims of a licence that covers every size. */
export const GOOD_CLAIMS = {
  version: 3,
  iat: NOW_MS / 1_000 - 86_400,
  nbf: NOW_MS / 1_000 - 86_400,
  license_expires: Date.UTC(2027, 0, 1) / 1_000,
  exp: Date.UTC(2027, 1, 1) / 1_000,
  account_type: "salesforce",
  feature_set: "premium",
  features: { user_limit: 2_000 },
};

/** A licence as Coder's looks, with a signature that nobody made. */
export function licenceOf(claims: Readonly<Record<string, unknown>>): string {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode({ alg: "EdDSA", kid: "test", typ: "JWT" })}.${encode(claims)}.${encode("signature")}`;
}
