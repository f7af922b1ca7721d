import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { onTestFinished } from "vitest";
import { findPostgres } from "../../rehearsal/real-coder/postgres/find-postgres.ts";
import type { Programs } from "../../rehearsal/real-coder/postgres/packaged-programs.ts";
import { startPostgres, type Postgres } from "../../rehearsal/real-coder/postgres/start-postgres.ts";

/** Postgres' programs on this machine; undefined where there are none, which stderr says. */
export function findRealPostgres(): Programs | undefined {
  try {
    const found = findPostgres({ env: process.env });
    if ("initdb" in found) return found;
  } catch {
    // Said below.
  }
  console.warn("SKIPPED: no Postgres on this machine: install your system's postgresql");
  return undefined;
}

export interface RealPostgres extends Postgres {
  /** A client of the superuser, or by another URL; it ends with the test. */
  connect(url?: string): Promise<pg.Client>;
  /** The URL of another role of this server. */
  as(role: string, password: string): string;
}

/** Starts a Postgres that ends with the test. */
export async function startRealPostgres(
  programs: Programs,
  { maxConnections = 20, settings = {} }: { maxConnections?: number; settings?: Record<string, string> } = {},
): Promise<RealPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "refbench-real-postgres-"));
  const database = await startPostgres({ programs, folder, host: "127.0.0.1", maxConnections, settings });
  onTestFinished(() => database.stop());
  // It listens before it has started.
  while (!(await answers(database.url))) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    ...database,
    connect: async (url = database.url) => {
      const client = new pg.Client(url);
      // The server may be killed under it.
      client.on("error", () => undefined);
      await client.connect();
      onTestFinished(() => client.end().catch(() => undefined));
      return client;
    },
    as: (role, password) => {
      const url = new URL(database.url);
      url.username = role;
      url.password = password;
      return url.href;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client(url);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
