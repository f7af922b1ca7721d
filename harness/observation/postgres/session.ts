/** One connection to a Postgres server. Each statement is a separate transaction. */
export interface PostgresSession {
  /**
   * Runs one statement without parameters and returns its rows.
   * @throws the server's refusal, with its SQLSTATE in `code`, or the connection's error
   */
  query(statement: string): Promise<readonly unknown[]>;
  /** Bytes that were received on this connection. */
  readonly bytesRead: number;
  /** Whether the connection has ended, so that another one is needed. */
  readonly ended: boolean;
  /** Cuts the connection, whatever runs on it. */
  close(): void;
}

/** Opens a connection. The signal ends the attempt. */
export type OpenSession = (signal: AbortSignal) => Promise<PostgresSession>;
