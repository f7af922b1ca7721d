import type { Unseen } from "../../model/observation/observation.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { FigureSource, Findings, Reading, Sample } from "../source.ts";
import { figures, FIGURES, toSamples, type DatedFigures } from "./figures.ts";
import { codeOf, TOO_MANY_CONNECTIONS } from "./problem.ts";
import type { OpenSession, PostgresSession } from "./session.ts";
import {
  ADD_EXTENSION,
  counts,
  countsStatement,
  describeStatements,
  EXTENSION,
  extension,
  text,
  textsStatement,
  topStatements,
  type Counts,
  type Extension,
} from "./statements.ts";

/** `pg_stat_statements` has its columns of today since version 13. */
const OLDEST_VERSION = 130_000;
const NEEDS_MONITOR = "the role may not see what other roles do: grant it pg_monitor";

export interface PostgresSourceOptions {
  /** Name of the database in the series. */
  readonly of: string;
  readonly open: OpenSession;
  readonly clock: Clock;
  /** Whether the extension that counts statements may be added where it is missing. @default false */
  readonly addStatistics?: boolean;
}

/**
 * Figures of a Postgres by SQL: sessions, waits, counters, write-ahead log, and the statements that took most time.
 * One connection is held for the whole load, because a full server gives out no second one; it is opened again when
 * the server closes it. The role may lack rights: the figures that then are missing are listed with the GRANT.
 */
export function postgresSource(options: PostgresSourceOptions): FigureSource {
  return new PostgresSource(options);
}

class PostgresSource implements FigureSource {
  readonly what: string;
  readonly #options: PostgresSourceOptions;
  #session: PostgresSession | undefined;
  #before: DatedFigures | undefined;
  /** What is there to read of statements; undefined until the server was asked. */
  #extension: Extension | undefined;
  #countsBefore: readonly Counts[] | undefined;
  #statementsProblem: string | undefined;
  /** Whether sessions of other roles were there that this role may not see. */
  #sawHidden = false;
  #questions = 0;
  #bytes = 0;

  constructor(options: PostgresSourceOptions) {
    this.what = options.of;
    this.#options = options;
  }

  async read(signal: AbortSignal): Promise<Reading> {
    try {
      return await this.#within(signal, (session) => this.#readFigures(session));
    } catch (error) {
      const full = codeOf(error) === TOO_MANY_CONNECTIONS ? this.#whenFull() : undefined;
      if (full === undefined) throw error;
      return this.#reading(full, [
        { what: `other figures of the ${this.what}`, why: "it refused a connection: it has no free one" },
      ]);
    }
  }

  async findings(_startedAtMs: number, signal: AbortSignal): Promise<Findings> {
    const what = "statements of the database";
    const missing = (why: string): Findings => ({ unseen: [{ what, why }] });
    if (this.#statementsProblem !== undefined) return missing(this.#statementsProblem);
    const before = this.#countsBefore;
    const schema = this.#extension?.schema;
    if (before === undefined || schema === undefined || schema === null)
      return missing("no reading succeeded");
    return await this.#within(signal, async (session) => {
      const unseen = this.#sawHidden ? [{ what: `other ${what}`, why: NEEDS_MONITOR }] : [];
      const top = topStatements(before, await this.#counts(session, schema));
      if (top.length === 0) return { unseen };
      const ids = top.map(({ id }) => id);
      const texts = await this.#ask(session, textsStatement(schema, ids));
      return { statements: describeStatements(top, text.array().parse(texts)), unseen };
    });
  }

  close(): Promise<void> {
    this.#session?.close();
    return Promise.resolve();
  }

  async #readFigures(session: PostgresSession): Promise<Reading> {
    const { clock, of } = this.#options;
    const [row] = await this.#ask(session, FIGURES);
    const now = { atMs: clock.elapsed(), figures: figures.parse(row) };
    const samples = toSamples(of, now, this.#before);
    this.#before = now;
    if (this.#countsBefore === undefined && this.#statementsProblem === undefined)
      await this.#readFirstCounts(session);
    return this.#reading(samples, this.#hidden(now));
  }

  /** Counts at the start, from which those at the end are subtracted. A failure costs only the statements. */
  async #readFirstCounts(session: PostgresSession): Promise<void> {
    try {
      this.#extension = await this.#findExtension(session);
      if (this.#extension.schema === null && this.#options.addStatistics === true) {
        for (const statement of ADD_EXTENSION) await this.#ask(session, statement);
        this.#extension = await this.#findExtension(session);
      }
      const problem = statementsProblem(this.#extension);
      if (problem === undefined && this.#extension.schema !== null)
        this.#countsBefore = await this.#counts(session, this.#extension.schema);
      else this.#statementsProblem = problem;
    } catch (error) {
      // A connection that broke says nothing about the extension: the next reading asks again.
      if (session.ended) throw error;
      this.#statementsProblem = error instanceof Error ? error.message : String(error);
    }
  }

  async #findExtension(session: PostgresSession): Promise<Extension> {
    const [row] = await this.#ask(session, EXTENSION);
    return extension.parse(row);
  }

  async #counts(session: PostgresSession, schema: string): Promise<readonly Counts[]> {
    return counts.array().parse(await this.#ask(session, countsStatement(schema)));
  }

  #hidden({ figures: { hidden } }: DatedFigures): readonly Unseen[] {
    if (hidden === 0) return [];
    this.#sawHidden = true;
    return [{ what: "states of the database's sessions", why: NEEDS_MONITOR }];
  }

  /** A server that refuses a connection for want of a free one has as many as it may. */
  #whenFull(): readonly Sample[] | undefined {
    const limit = this.#before?.figures.limit;
    const { of } = this.#options;
    if (limit === undefined) return undefined;
    // The harness's own connection is not held, so others have its place too.
    return [
      { series: "database.connections", of, value: limit + 1 },
      { series: "database.connection-limit", of, value: limit + 1 },
    ];
  }

  #reading(samples: readonly Sample[], unseen: readonly Unseen[]): Reading {
    const bytes = this.#bytes;
    const questions = this.#questions;
    this.#bytes = 0;
    this.#questions = 0;
    return { samples, questions, bytes, unseen };
  }

  /** Acts on the session, which is opened where there is none. It ends when the signal does: no answer comes late. */
  async #within<T>(signal: AbortSignal, act: (session: PostgresSession) => Promise<T>): Promise<T> {
    if (this.#session?.ended !== false) this.#session = await this.#options.open(signal);
    const session = this.#session;
    const cut = (): void => session.close();
    signal.addEventListener("abort", cut, { once: true });
    try {
      return await act(session);
    } finally {
      signal.removeEventListener("abort", cut);
    }
  }

  async #ask(session: PostgresSession, statement: string): Promise<readonly unknown[]> {
    const from = session.bytesRead;
    this.#questions++;
    try {
      return await session.query(statement);
    } finally {
      this.#bytes += session.bytesRead - from;
    }
  }
}

function statementsProblem({ version, schema }: Extension): string | undefined {
  if (schema === null) return "the database has no extension pg_stat_statements";
  if (version < OLDEST_VERSION) return "the server is older than version 13";
  return undefined;
}
