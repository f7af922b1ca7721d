import { messageOf } from "../../tools/error.ts";

/** What OpenSSL and Node call a certificate whose issuer nobody here knows. */
const UNTRUSTED = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_UNTRUSTED",
  "INVALID_CA",
];
const OUT_OF_TIME = ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"];
const REFUSED = ["CERT_REVOKED", "CERT_REJECTED", "CERT_SIGNATURE_FAILURE", "CERT_CHAIN_TOO_LONG"];

/**
 * Explains a TLS error and the next step; undefined for other errors. `certificate` is the presented one,
 * where that is known.
 */
export function tlsProblem(error: unknown, certificate?: string): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const next = nextStep(code);
  if (next === undefined) return undefined;
  const presented = certificate === undefined ? "" : `, presented was ${certificate}`;
  return `TLS failed with ${code} (${messageOf(error).split("\n")[0]?.trim() ?? ""})${presented}: ${next}`;
}

function nextStep(code: string): string | undefined {
  if (UNTRUSTED.includes(code)) return "add the CA that issued it with --ca-file";
  if (OUT_OF_TIME.includes(code)) return "renew the certificate, or set this machine's clock";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "use a name that the certificate is for";
  if (REFUSED.includes(code)) return "present a certificate that is good";
  if (code === "EPROTO" || code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_"))
    return "no usable TLS is spoken there: check the URL's scheme and port, and what stands between";
  return undefined;
}
