import type { OpenSession, PostgresSession } from "../../harness/observation/postgres/session.ts";
import type { Figures } from "../../harness/observation/postgres/figures.ts";

/** A server of a test, which answers with the figures that it is given. */
export interface FakePostgres {
  readonly open: OpenSession;
  figures: Figures;
  /** What a new connection is refused with. */
  refusal: Error | undefined;
  /** Answers that never come, until the connection is cut. */
  hangs: boolean;
  readonly opened: number;
  /** Ends the connections that are open. */
  cut(): void;
}

export const IDLE_FIGURES: Figures = {
  epoch: "1",
  ...{ commits: 0, rollbacks: 0, reads: 0, hits: 0, deadlocks: 0, temporary: 0, wal: 0 },
  ...{ size: 10_000_000, limit: 96, connections: 4, hidden: 0 },
  ...{ active: 0, waiting: 0, io_waits: 0, lock_waits: 0, longest_ms: 0 },
};

/** Its statements are told apart by their tables. */
export function fakePostgres(
  statements: readonly { readonly id: string; readonly calls: number; readonly total_ms: number }[] = [],
): FakePostgres {
  const open = new Set<FakeSession>();
  let opened = 0;
  const server = {
    figures: IDLE_FIGURES,
    refusal: undefined as Error | undefined,
    hangs: false,
    get opened() {
      return opened;
    },
    open: () => {
      opened++;
      if (server.refusal !== undefined) return Promise.reject(server.refusal);
      const session = new FakeSession((statement) => {
        if (statement.includes("pg_extension")) return [{ version: 150_004, schema: "public" }];
        if (statement.includes("pg_stat_statements(true)"))
          return statements.map(({ id }) => ({ id, text: `SELECT ${id}` }));
        if (statement.includes("pg_stat_statements(false)")) return statements;
        return [server.figures];
      }, server);
      open.add(session);
      return Promise.resolve(session);
    },
    cut: () => {
      for (const session of open) session.close();
    },
  };
  return server;
}

class FakeSession implements PostgresSession {
  ended = false;
  bytesRead = 0;
  readonly #answer: (statement: string) => readonly unknown[];
  readonly #server: { readonly hangs: boolean };
  #cut: (() => void) | undefined;

  constructor(answer: (statement: string) => readonly unknown[], server: { readonly hangs: boolean }) {
    this.#answer = answer;
    this.#server = server;
  }

  query(statement: string): Promise<readonly unknown[]> {
    if (this.ended) return Promise.reject(new Error("Connection terminated"));
    if (this.#server.hangs)
      return new Promise((_, reject) => {
        this.#cut = () => reject(new Error("Connection terminated"));
      });
    this.bytesRead += 100;
    return Promise.resolve(this.#answer(statement));
  }

  close(): void {
    this.ended = true;
    this.#cut?.();
  }
}
