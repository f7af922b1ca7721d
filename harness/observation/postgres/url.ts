import { RefbenchError } from "../../tools/error.ts";

/** How TLS is used, as libpq's `sslmode` says. */
export type TlsMode = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: TlsMode;
}

const PORT = 5432;

const MODES: Readonly<Record<string, TlsMode>> = {
  disable: "disable",
  allow: "prefer",
  prefer: "prefer",
  require: "require",
  "verify-ca": "verify-ca",
  "verify-full": "verify-full",
};

const EXAMPLE = "expected one such as postgres://user:password@host:5432/coder?sslmode=require";

/**
 * Reads a URL as libpq and Coder do. Parameters other than `sslmode`, such as `connect_timeout`, have no effect.
 * @throws RefbenchError "usage" for what is not such a URL; no message repeats the URL, which holds a password
 */
export function parsePostgresUrl(text: string): PostgresAddress {
  const url = URL.parse(text.trim());
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === "")
    throw new RefbenchError("usage", `the database's URL is not a postgres:// URL with a host, ${EXAMPLE}`);
  const user = decoded(url.username, "user");
  if (user === "") throw new RefbenchError("usage", `the database's URL has no user, ${EXAMPLE}`);
  const mode = url.searchParams.get("sslmode") ?? "prefer";
  const tls = Object.hasOwn(MODES, mode) ? MODES[mode] : undefined;
  if (tls === undefined)
    throw new RefbenchError(
      "usage",
      `the sslmode of the database's URL is unknown, expected ${Object.keys(MODES).join(", ")}`,
    );
  const database = decoded(url.pathname.replace(/^\//, ""), "database");
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? PORT : Number(url.port),
    user,
    password: decoded(url.password, "password"),
    database: database === "" ? user : database,
    tls,
  };
}

function decoded(part: string, what: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new RefbenchError(
      "usage",
      `the ${what} of the database's URL is not percent-encoded, write % as %25`,
    );
  }
}
