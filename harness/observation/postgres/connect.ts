import pg from "pg";
import { RefbenchError } from "../../tools/error.ts";
import { connectionProblem } from "./problem.ts";
import type { PostgresSession } from "./session.ts";
import { parsePostgresUrl, type PostgresAddress } from "./url.ts";

/** By this name, a look at `pg_stat_activity` tells the harness from Coder. */
export const APPLICATION_NAME = "refbench";
/** Longer than any statement of the harness takes, and shorter than the time between two samples. */
const STATEMENT_TIMEOUT_MS = 3000;
const CONNECT_TIMEOUT_MS = 3500;

/**
 * The session's own bounds. They are set by a statement, since poolers refuse such parameters at the start of a
 * connection.
 */
const BOUNDS = [
  "SET default_transaction_read_only = on",
  `SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
  "SET lock_timeout = 500",
  `SET idle_in_transaction_session_timeout = ${STATEMENT_TIMEOUT_MS}`,
].join("; ");

export interface PostgresTarget {
  readonly url: string;
  /** The authority that signed the server's certificate. @default the system's */
  readonly caPem?: string | undefined;
}

/**
 * Connects to a server by a URL, as a session that cannot write. With `sslmode=prefer`, TLS is used where the server
 * has it; with `require`, the certificate is checked only against a given authority, as libpq does.
 * @throws RefbenchError "infrastructure" with a reason that holds no password
 */
export async function connectPostgres(
  { url, caPem }: PostgresTarget,
  signal: AbortSignal,
): Promise<PostgresSession> {
  const address = parsePostgresUrl(url);
  try {
    return await open(address, tlsOf(address, caPem), signal);
  } catch (error) {
    if (address.tls === "prefer" && /does not support SSL/i.test(String(error)))
      return await open(address, false, signal).catch((plain: unknown) => refuse(plain, address));
    return refuse(error, address);
  }
}

function refuse(error: unknown, address: PostgresAddress): never {
  throw new RefbenchError("infrastructure", connectionProblem(error, address.password), { cause: error });
}

function tlsOf({ tls }: PostgresAddress, caPem: string | undefined): pg.ClientConfig["ssl"] {
  const authority = caPem === undefined ? {} : { ca: caPem };
  switch (tls) {
    case "disable":
      return false;
    case "prefer":
      return { rejectUnauthorized: false };
    case "require":
      return caPem === undefined
        ? { rejectUnauthorized: false }
        : { ...authority, checkServerIdentity: () => undefined };
    case "verify-ca":
      return { ...authority, checkServerIdentity: () => undefined };
    case "verify-full":
      return authority;
  }
}

async function open(
  address: PostgresAddress,
  ssl: pg.ClientConfig["ssl"],
  signal: AbortSignal,
): Promise<PostgresSession> {
  signal.throwIfAborted();
  const { host, port, user, password, database } = address;
  const client = new pg.Client({
    ...{ host, port, user, password, database },
    ssl: ssl ?? false,
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  const session = new ClientSession(client);
  const cut = (): void => session.close();
  signal.addEventListener("abort", cut, { once: true });
  try {
    await client.connect();
    await client.query(BOUNDS);
    return session;
  } catch (error) {
    session.close();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", cut);
  }
}

class ClientSession implements PostgresSession {
  readonly #client: pg.Client;
  #ended = false;

  constructor(client: pg.Client) {
    this.#client = client;
    client.on("error", () => (this.#ended = true));
    client.on("end", () => (this.#ended = true));
  }

  get ended(): boolean {
    return this.#ended;
  }

  get bytesRead(): number {
    return socketOf(this.#client)?.bytesRead ?? 0;
  }

  async query(statement: string): Promise<readonly unknown[]> {
    const { rows } = await this.#client.query<Record<string, unknown>>(statement);
    return rows;
  }

  close(): void {
    this.#ended = true;
    socketOf(this.#client)?.destroy();
  }
}

/** The types of the package leave the socket out. */
function socketOf(client: pg.Client): { bytesRead: number; destroy(): void } | undefined {
  const { connection } = client as unknown as {
    readonly connection?: { readonly stream?: { bytesRead: number; destroy(): void } };
  };
  return connection?.stream;
}
