import type { Agent } from "node:http";
import { request } from "node:https";
import { TLSSocket } from "node:tls";

const TIMEOUT_MS = 5_000;

type Name = string | string[] | undefined;

/** The certificate that a server presents, in words, whether it is trusted or not; undefined when none could be had. */
export function presentedCertificate(url: string, agent: Agent | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Nothing secret is sent: only who is there is asked.
    const asked = request(`${url}/healthz`, {
      method: "HEAD",
      rejectUnauthorized: false,
      timeout: TIMEOUT_MS,
      agent: agent ?? false,
    });
    asked.on("response", (response) => {
      resolve(response.socket instanceof TLSSocket ? inWords(response.socket) : undefined);
      response.destroy();
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(undefined));
    asked.on("close", () => resolve(undefined));
    asked.end();
  });
}

function inWords(socket: TLSSocket): string | undefined {
  const { subject, issuer, valid_to: until, subjectaltname: names } = socket.getPeerCertificate();
  // Typed as always there; a server without a certificate gives an empty object.
  if ((subject as object | undefined) === undefined) return undefined;
  const issued = `issued by ${nameOf(issuer)}`;
  return `the certificate of ${nameOf(subject)} (${names ?? "no names"}), ${issued}, valid until ${until}`;
}

function nameOf({ CN, O }: { readonly CN?: Name; readonly O?: Name }): string {
  return [CN, O].flat().filter(Boolean).join(", ") || "nobody";
}
