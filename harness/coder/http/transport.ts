import { readFileSync } from "node:fs";
import type { ClientRequestArgs, IncomingHttpHeaders } from "node:http";
import type { LookupFunction } from "node:net";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import { HttpsProxyAgent } from "https-proxy-agent";
import { type Dispatcher, Pool, ProxyAgent } from "undici";
import { WebSocket } from "ws";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { presentedCertificate } from "./presented-certificate.ts";
import { sharedLookup } from "./shared-lookup.ts";
import { tlsProblem } from "./tls-problem.ts";

/** How a deployment is reached, as in a task's `deployment`. */
export type TransportOptions = Pick<
  LoadTask["deployment"],
  "url" | "headers" | "caPem" | "serverName" | "proxy" | "localAddress"
>;

/** The host of an app that has its own. */
export interface AppOrigin {
  readonly url: string;
  /** Its name cannot be resolved here: the request goes to Coder's own address with that name. */
  readonly isAtCoder: boolean;
}

/** The differences between websockets. */
export interface SocketOptions {
  /** The app's own host, if the socket goes to an app that has one. */
  readonly app?: AppOrigin | undefined;
  /** W3C trace context of the request. */
  readonly traceparent?: string | undefined;
  /** For a site admin, as in requests. */
  readonly bypassRateLimit?: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** More ways to name the same servers are not kept: a header may differ with each answer. */
const MOST_INTERMEDIARIES = 5;
/**
 * The longest message of a terminal, a tunnel or an app. Coder's server sends at most 32 KiB in one; the 100 MiB that
 * `ws` allows would fill the memory of a machine that holds a thousand terminals.
 */
export const MAX_MESSAGE_BYTES = 2 ** 20;

/** Coder obeys it in the calls of site admins. */
export const BYPASS_RATE_LIMIT = { "x-coder-bypass-ratelimit": "true" } as const;

/**
 * The way from this machine to one Coder, for requests and websockets: headers, trusted certificates, proxy.
 */
export class Transport {
  readonly url: string;
  /** How many requests and websockets were answered with 429 so far, including repeated ones. */
  throttled = 0;
  readonly #intermediaries = new Set<string>();
  readonly #headers: Readonly<Record<string, string>>;
  readonly #serverName: string | undefined;
  readonly #proxy: string | undefined;
  readonly #localAddress: { readonly localAddress?: string };
  /** Shared by all connections: a separate context costs about 40 kB each. */
  readonly #secureContext: SecureContext | undefined;
  readonly #agent: HttpsProxyAgent<string> | undefined;
  readonly #lookup = sharedLookup();
  #certificate: string | undefined;

  constructor(options: TransportOptions) {
    this.url = options.url;
    this.#headers = options.headers ?? {};
    this.#serverName = options.serverName;
    this.#localAddress = options.localAddress === undefined ? {} : { localAddress: options.localAddress };
    this.#proxy = options.proxy === undefined ? undefined : checkedProxy(options.proxy);
    const isSecure = options.url.startsWith("https:") || this.#proxy?.startsWith("https:") === true;
    this.#secureContext = isSecure ? secureContext(options.caPem) : undefined;
    this.#agent =
      this.#proxy === undefined ? undefined : new HttpsProxyAgent(this.#proxy, { ...this.#trust() });
  }

  /** A dispatcher for requests, with at most this many connections. The caller closes it. */
  dispatcher(connections?: number): Dispatcher {
    const connect = {
      timeout: CONNECT_TIMEOUT_MS,
      lookup: this.#lookup,
      ...this.#trust(),
      ...this.#localAddress,
    };
    const toCoder = { ...connect, ...this.#name() };
    if (this.#proxy === undefined)
      return new Pool(this.url, { connections: connections ?? null, connect: toCoder });
    return new ProxyAgent({
      uri: this.#proxy,
      ...(connections === undefined ? {} : { connections }),
      connect,
      proxyTunnel: true,
      requestTls: toCoder,
      proxyTls: connect,
    });
  }

  /** How servers between this machine and Coder named themselves in answers: `via 1.1 google`, `server nginx`. */
  get intermediaries(): readonly string[] {
    return [...this.#intermediaries];
  }

  /** Takes note of the headers of an answer that Coder itself never sets. */
  hear(headers: IncomingHttpHeaders): void {
    for (const name of ["via", "server"] as const) {
      const value = headers[name];
      if (value === undefined || this.#intermediaries.size >= MOST_INTERMEDIARIES) continue;
      this.#intermediaries.add(oneLine(`${name} ${String(value)}`).slice(0, 80));
    }
  }

  /** The headers that are added to every request. */
  headers(token: string | undefined): Record<string, string> {
    return token === undefined ? { ...this.#headers } : { ...this.#headers, "coder-session-token": token };
  }

  /** A websocket for a load generator: without compression, UTF-8 check or timer; to an app at its own host if it has one. */
  webSocket(
    path: string,
    token: string | undefined,
    { app, traceparent, bypassRateLimit }: SocketOptions = {},
  ): WebSocket {
    const options: ClientRequestArgs & WebSocket.ClientOptions = {
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      skipUTF8Validation: true,
      headers: {
        ...this.headers(token),
        ...(traceparent === undefined ? {} : { traceparent }),
        ...(bypassRateLimit === true ? BYPASS_RATE_LIMIT : {}),
      },
      ...this.#trust(),
      ...this.#localAddress,
      // An app's host has another name.
      ...(app === undefined ? this.#name() : {}),
      lookup: app?.isAtCoder === true ? this.#lookUpCoder : this.#lookup,
      ...(this.#agent === undefined ? {} : { agent: this.#agent }),
    };
    return new WebSocket(`${(app?.url ?? this.url).replace(/^http/, "ws")}${path}`, options);
  }

  /** Explains a TLS error and the next step, with the presented certificate; undefined for other errors. */
  async explainTls(error: unknown): Promise<string | undefined> {
    if (tlsProblem(error) === undefined) return undefined;
    this.#certificate ??= await presentedCertificate(this.url, this.#agent);
    return this.tlsProblem(error);
  }

  /** As `explainTls`, with the certificate only when it was asked for before. */
  tlsProblem(error: unknown): string | undefined {
    return tlsProblem(error, this.#certificate);
  }

  readonly #lookUpCoder: LookupFunction = (_name, options, answer) => {
    this.#lookup(new URL(this.url).hostname.replace(/^\[|\]$/g, ""), options, answer);
  };

  /** The name on the server's certificate, if it is not in the URL. */
  #name(): { servername?: string } {
    return this.#serverName === undefined ? {} : { servername: this.#serverName };
  }

  #trust(): { secureContext?: SecureContext } {
    return this.#secureContext === undefined ? {} : { secureContext: this.#secureContext };
  }
}

/** Why a websocket was given up whose message was too long, or undefined: the library's words do not say which size. */
export function messageTooLarge(error: Error): string | undefined {
  return "code" in error && error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"
    ? `the other side sent a message of more than ${MAX_MESSAGE_BYTES} bytes, and the connection was closed`
    : undefined;
}

function checkedProxy(proxy: string): string {
  if (/^https?:\/\//i.test(proxy)) return proxy;
  const scheme = proxy.replace(/:.*$/, "");
  throw new RefbenchError(
    "usage",
    `the proxy is reached by ${scheme}://, expected http:// or https://: give an HTTP proxy that knows CONNECT`,
  );
}

function secureContext(caPem: string | undefined): SecureContext {
  if (caPem === undefined) return createSecureContext();
  const extra = process.env["NODE_EXTRA_CA_CERTS"];
  try {
    if (!caPem.includes("-----BEGIN CERTIFICATE-----")) throw new Error("it holds no certificate");
    return createSecureContext({
      ca: [...rootCertificates, ...(extra ? [readFileSync(extra, "utf8")] : []), caPem],
    });
  } catch (error) {
    const message = `the CA certificates cannot be used: ${messageOf(error)}; give a file in PEM`;
    throw new RefbenchError("usage", message, { cause: error });
  }
}
