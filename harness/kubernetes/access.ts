import { Agent, type Dispatcher } from "undici";

/** Access to a cluster while it exists. */
export interface ClusterAccess {
  /** `https://…`, without a trailing slash. */
  readonly server: string;
  /** Identifies the caller. Asked for each request, because tokens last only minutes. Throws when nobody can log in. */
  readonly login: () => Promise<ClusterLogin>;
  /** Whether the credential is renewed whenever it ends, by a plugin or a file. @default false */
  readonly renews?: boolean;
}

/** What a request needs to be the caller's. */
export interface ClusterLogin {
  readonly headers: Readonly<Record<string, string>>;
  /** @default undici's global pool */
  readonly dispatcher?: Dispatcher | undefined;
  /** For connections that the dispatcher does not make: websockets. */
  readonly tls: ClusterTls;
  /** URL of the proxy to the cluster. */
  readonly proxyUrl?: string | undefined;
}

/** TLS options, all in PEM. */
export interface ClusterTls {
  /** @default Node's own authorities */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly servername?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
}

/** Access with a token of its own for each request. */
export function tokenAccess({
  server,
  token,
  ca,
  dispatcher = ca === undefined ? undefined : new Agent({ connect: { ca } }),
}: {
  readonly server: string;
  readonly token: () => Promise<string>;
  /** The cluster's authority, if its certificate is not publicly signed. */
  readonly ca?: string;
  /** @default a pool that trusts `ca` */
  readonly dispatcher?: Dispatcher | undefined;
}): ClusterAccess {
  return {
    server,
    login: async () => ({
      headers: { authorization: `Bearer ${await token()}` },
      dispatcher,
      tls: ca === undefined ? {} : { ca },
    }),
  };
}
