import { getArchitecture } from "../reference-architectures/catalogue.ts";
import type { Environment } from "./environment.ts";
import { NAMESPACES, ownNamespaces, serviceName } from "./kubernetes/names.ts";
import { benchName } from "./labels.ts";

/** An environment's data about Coder's certificate. */
type Tls = NonNullable<Environment["tls"]>;

/** Coder's certificate, which is not a secret, and its key. */
export interface CoderCertificate {
  readonly tls: Tls;
  readonly key: string;
}

/** How long before now it is valid, for a machine whose clock is behind. */
const EARLIER_MS = 3_600_000;
/** Longer than any environment exists, because a teardown must not fail on an expired certificate. */
const LIFETIME_MS = 397 * 86_400_000;

/**
 * Creates Coder's key and certificate, and an authority that signs only this certificate: its key is not kept. The
 * certificate is for the name by which workspaces call Coder, which is known before any address. Callers at another
 * address use that name, as Coder's own replicas do. `localhost` is for a forwarded port.
 */
export async function newCoderCertificate(
  environment: Pick<Environment, "architecture" | "runId">,
): Promise<CoderCertificate> {
  // Loaded on demand, once for each environment: it takes a tenth of a second.
  const { generate } = await import("./self-signed.ts");
  const serverName = coderName(environment);
  const now = Date.now();
  const common = {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(now - EARLIER_MS),
    notAfterDate: new Date(now + LIFETIME_MS),
  } as const;
  const authority = await generate([{ name: "commonName", value: benchName(environment, "ca") }], {
    ...common,
    extensions: [
      { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
      { name: "keyUsage", keyCertSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: serverName }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: serverName },
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  const [certificatePem, caPem] = [server.cert, authority.cert].map((pem) => `${pem.trim()}\n`) as [
    string,
    string,
  ];
  return { tls: { serverName, certificatePem, caPem }, key: server.private };
}

/**
 * Returns the name by which workspaces call Coder: its Service in a cluster, or its machine in Google's DNS of the
 * network.
 */
function coderName(environment: Pick<Environment, "architecture" | "runId">): string {
  switch (getArchitecture(environment.architecture).carriedBy) {
    case "gke":
    case "eks":
      return serviceName(NAMESPACES.coder);
    case "own-cluster":
      return serviceName(ownNamespaces(environment).coder);
    case "one-machine":
    case "machine-each":
      return benchName(environment, "coder");
  }
}

/**
 * Returns Coder's certificate with its issuer's, as servers present it. Coder's replicas use it to trust each other.
 */
export function certificateChain({ certificatePem, caPem }: Tls): string {
  return `${certificatePem}${caPem}`;
}

/**
 * Returns the variable of the workspace template by which agents trust Coder. One line, because shells and forms
 * carry it.
 */
export function templateTrust({ tls }: Pick<Environment, "tls">): Readonly<Record<string, string>> {
  return tls === undefined ? {} : { coder_ca: Buffer.from(tls.caPem).toString("base64") };
}
