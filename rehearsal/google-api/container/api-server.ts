import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { selfSignedCertificate } from "../../twin/plugin/certificate.ts";

/**
 * The API server behind the DNS endpoint of every cluster of the mock, over TLS. It answers `/readyz` alone: there is no
 * Kubernetes behind it.
 */
export class ApiServer implements AsyncDisposable {
  /** The authority that its certificate is signed by. */
  readonly caPem: string;
  /** Status that `/readyz` answers: 200 is ready. */
  status = 200;
  /** `METHOD path`, as they came. */
  readonly requests: string[] = [];
  readonly #server;

  constructor() {
    const { pem, keyPem } = selfSignedCertificate();
    this.caPem = pem;
    this.#server = createServer({ cert: pem, key: keyPem }, (request, response) => {
      const { method = "", url = "" } = request;
      this.requests.push(`${method} ${url}`);
      // Google's front asks for a token, whatever the path.
      const status =
        request.headers.authorization === undefined ? 401 : url === "/readyz" ? this.status : 404;
      response.writeHead(status).end(status === 200 ? "ok" : `status ${status}`);
    });
  }

  /** Answers from now on; returns its host and port. */
  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    return `localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
