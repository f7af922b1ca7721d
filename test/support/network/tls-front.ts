import { connect, type AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { selfSignedCertificate } from "../../../rehearsal/twin/plugin/certificate.ts";

/** Speaks TLS in front of a plain server, with a certificate for `localhost` that only `caPem` vouches for. */
export async function startTlsFront(target: string) {
  const { pem, keyPem } = selfSignedCertificate();
  const to = new URL(target);
  const server = createServer({ cert: pem, key: keyPem }, (socket) => {
    const upstream = connect(Number(to.port), to.hostname);
    socket.pipe(upstream).pipe(socket);
    socket.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
    upstream.on("error", () => socket.destroy()).on("close", () => socket.destroy());
  });
  // A client that does not trust it is what some tests are about.
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    byAddress: `https://127.0.0.1:${port}`,
    caPem: pem,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
