import { chmod, chown, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { expect, onTestFinished, test } from "vitest";
import { connectPostgres } from "../../../../harness/observation/postgres/connect.ts";
import { postgresSource } from "../../../../harness/observation/postgres/source.ts";
import type { FigureSource, Reading } from "../../../../harness/observation/source.ts";
import type { SeriesName } from "../../../../harness/model/observation/series.ts";
import { messageOf } from "../../../../harness/tools/error.ts";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { postgresUser } from "../../../../rehearsal/real-coder/postgres/unprivileged-folder.ts";
import { findRealPostgres, startRealPostgres, type RealPostgres } from "../../../support/real-postgres.ts";

const programs = findRealPostgres();
const { signal } = new AbortController();

function observeAs(url: string, { addStatistics = false } = {}): FigureSource {
  const source = postgresSource({
    of: "database",
    clock: systemClock,
    addStatistics,
    open: (within) => connectPostgres({ url }, within),
  });
  onTestFinished(() => source.close?.());
  return source;
}

function valueOf({ samples }: Reading, series: SeriesName): number | undefined {
  return samples.find((sample) => sample.series === series)?.value;
}

/** Asks until a reading is as wanted: what another session does is seen a moment later. */
async function readUntil(source: FigureSource, isWanted: (reading: Reading) => boolean): Promise<Reading> {
  for (let left = 200; ; left--) {
    const reading = await source.read(signal).catch((error: unknown) => {
      if (left === 0) throw error;
      return undefined;
    });
    if (reading !== undefined && (isWanted(reading) || left === 0)) return reading;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function lockTable(server: RealPostgres): Promise<{ readonly release: () => Promise<unknown> }> {
  const holder = await server.connect();
  await holder.query("CREATE TABLE IF NOT EXISTS held (id int)");
  await holder.query("BEGIN");
  await holder.query("LOCK TABLE held");
  const waiter = await server.connect();
  const waits = waiter.query("SELECT count(*) FROM held").catch(() => undefined);
  return {
    release: async () => {
      await holder.query("COMMIT");
      await waits;
    },
  };
}

test.skipIf(programs === undefined)("sessions, waits for locks and rates of a real server", async () => {
  const server = await startRealPostgres(programs!);
  const source = observeAs(server.url);
  const first = await source.read(signal);
  // 20, less 3 for superusers and the harness's own, which is no session either.
  expect(valueOf(first, "database.connection-limit")).toBe(16);
  expect(valueOf(first, "database.connections")).toBe(0);
  expect(valueOf(first, "database.size")).toBeGreaterThan(1_000_000);
  expect(valueOf(first, "database.transactions")).toBeUndefined();
  expect(first.questions).toBe(2);
  expect(first.bytes).toBeGreaterThan(100);

  const lock = await lockTable(server);
  const held = await readUntil(source, (reading) => valueOf(reading, "database.lock-waits") === 1);
  expect(valueOf(held, "database.lock-waits")).toBe(1);
  expect(valueOf(held, "database.waiting")).toBe(1);
  expect(valueOf(held, "database.active")).toBe(1);
  expect(valueOf(held, "database.connections")).toBe(2);
  expect(valueOf(held, "database.longest-query")).toBeGreaterThan(0);
  expect(valueOf(held, "database.wal")).toBeGreaterThanOrEqual(0);
  await lock.release();
  const free = await readUntil(source, (reading) => valueOf(reading, "database.lock-waits") === 0);
  expect(valueOf(free, "database.lock-waits")).toBe(0);
  expect(free.unseen).toEqual([]);
});

test.skipIf(programs === undefined)(
  "no sample leaves a transaction open, and the session cannot write",
  async () => {
    const server = await startRealPostgres(programs!);
    const source = observeAs(server.url);
    await source.read(signal);
    const other = await server.connect();
    const { rows } = await other.query<{ state: string }>(
      "SELECT state FROM pg_stat_activity WHERE application_name = 'refbench'",
    );
    expect(rows).toEqual([{ state: "idle" }]);
    const session = await connectPostgres({ url: server.url }, signal);
    onTestFinished(() => session.close());
    await expect(session.query("CREATE TABLE written (id int)")).rejects.toThrow(/read-only transaction/);
    await expect(session.query("SELECT pg_sleep(60)")).rejects.toThrow(/statement timeout/);
  },
);

test.skipIf(programs === undefined)(
  "a role without rights costs states and statements, and the GRANT is named",
  async () => {
    const server = await startRealPostgres(programs!, {
      settings: { shared_preload_libraries: "pg_stat_statements" },
    });
    const admin = await server.connect();
    await admin.query("CREATE EXTENSION pg_stat_statements");
    await admin.query("CREATE ROLE looker LOGIN PASSWORD 'p'");
    const lock = await lockTable(server);
    const source = observeAs(server.as("looker", "p"));
    const poor = await readUntil(source, (reading) => valueOf(reading, "database.lock-waits") === 1);
    expect(valueOf(poor, "database.connections")).toBe(3);
    expect(valueOf(poor, "database.lock-waits")).toBe(1);
    expect(valueOf(poor, "database.active")).toBeUndefined();
    expect(poor.unseen).toEqual([
      {
        what: "states of the database's sessions",
        why: "the role may not see what other roles do: grant it pg_monitor",
      },
    ]);
    expect((await source.findings!(0, signal)).unseen).toHaveLength(1);

    await admin.query("GRANT pg_monitor TO looker");
    const rich = await readUntil(source, (reading) => valueOf(reading, "database.active") === 1);
    expect(valueOf(rich, "database.active")).toBe(1);
    expect(rich.unseen).toEqual([]);
    await lock.release();
  },
);

test.skipIf(programs === undefined)(
  "the statements that took most time between the first and the last reading, without values",
  async () => {
    const server = await startRealPostgres(programs!, {
      settings: { shared_preload_libraries: "pg_stat_statements" },
    });
    const admin = await server.connect();
    for (let each = 0; each < 5; each++) await admin.query("SELECT 'before', pg_sleep(0.02)");
    const source = observeAs(server.url, { addStatistics: true });
    await source.read(signal);
    for (let each = 0; each < 3; each++) await admin.query("SELECT 'secret', pg_sleep(0.03)");
    await admin.query("CREATE ROLE another PASSWORD 'secret'");
    await source.read(signal);
    const { statements = [] } = await source.findings!(0, signal);
    expect(statements[0]).toMatchObject({ statement: "SELECT $1, pg_sleep($2)", calls: 3 });
    expect(statements[0]?.totalMs).toBeGreaterThanOrEqual(90);
    expect(JSON.stringify(statements)).not.toMatch(/secret|refbench/);
    expect(statements.map(({ statement }) => statement)).toContain("CREATE ROLE another PASSWORD ?");
  },
);

test.skipIf(programs === undefined)("a full server is seen by whoever was there before", async () => {
  const server = await startRealPostgres(programs!, { maxConnections: 8 });
  const admin = await server.connect();
  await admin.query("CREATE ROLE coder_user LOGIN PASSWORD 'p'");
  await admin.query("CREATE ROLE looker LOGIN PASSWORD 'p' IN ROLE pg_monitor");
  await admin.end();
  const source = observeAs(server.as("looker", "p"));
  await readUntil(source, (reading) => valueOf(reading, "database.connections") === 0);
  // 8, less 3 for superusers, less the harness's own.
  for (let each = 0; each < 4; each++) await server.connect(server.as("coder_user", "p"));
  await expect(server.connect(server.as("coder_user", "p"))).rejects.toThrow(/remaining connection slots/);
  const full = await source.read(signal);
  expect(valueOf(full, "database.connections")).toBe(4);
  expect(valueOf(full, "database.connection-limit")).toBe(4);
  // One that comes now finds no place, and says so.
  await expect(observeAs(server.as("looker", "p")).read(signal)).rejects.toThrow(
    /remaining connection slots/,
  );
});

test.skipIf(programs === undefined)("a server that crashes and comes back is read again", async () => {
  const server = await startRealPostgres(programs!);
  const source = observeAs(server.url);
  await source.read(signal);
  const victim = await server.connect();
  const { rows } = await victim.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  // A killed session makes the server end all others and recover.
  process.kill(rows[0]!.pid, "SIGKILL");
  let failed = 0;
  for (let left = 200; failed === 0 && left > 0; left--) {
    await source.read(signal).catch(() => failed++);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(failed).toBe(1);
  const back = await readUntil(source, () => true);
  expect(valueOf(back, "database.connections")).toBe(0);
  await server.stop();
  const away = await source.read(signal).catch(messageOf);
  expect(away).toMatch(/ECONNREFUSED|terminat/);
  expect(await source.read(signal).catch(messageOf)).toMatch(/ECONNREFUSED/);
});

test.skipIf(programs === undefined)("a refused password is not repeated", async () => {
  const server = await startRealPostgres(programs!);
  const source = observeAs(server.as("coder", "wrong-horse-battery"));
  const refusal = await source.read(signal).catch(messageOf);
  expect(refusal).toMatch(/password authentication failed/);
  expect(refusal).not.toContain("wrong-horse-battery");
});

/** A certificate for 127.0.0.1, as files that the server's user may read. */
async function serverCertificate(): Promise<{ settings: Record<string, string>; pem: string }> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    keySize: 2048,
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), "refbench-postgres-tls-"));
  await chmod(folder, 0o755);
  const [certFile, keyFile] = [join(folder, "server.crt"), join(folder, "server.key")];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key, { mode: 0o600 });
  const user = postgresUser();
  if (user !== undefined) await chown(keyFile, user.uid, user.gid);
  return { settings: { ssl: "on", ssl_cert_file: certFile, ssl_key_file: keyFile }, pem: cert };
}

test.skipIf(programs === undefined)("TLS is used and checked as sslmode says", async () => {
  const { settings, pem } = await serverCertificate();
  const server = await startRealPostgres(programs!, { settings });
  const connect = async (mode: string, caPem?: string): Promise<unknown> => {
    const url = server.url.replace(/sslmode=\w+/, `sslmode=${mode}`);
    const session = await connectPostgres({ url, caPem }, signal);
    const [row] = await session.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    session.close();
    return row;
  };
  expect(await connect("disable")).toEqual({ ssl: false });
  for (const mode of ["prefer", "require"]) expect(await connect(mode)).toEqual({ ssl: true });
  for (const mode of ["require", "verify-ca", "verify-full"])
    expect(await connect(mode, pem)).toEqual({ ssl: true });
  await expect(connect("verify-full")).rejects.toThrow(/self-signed certificate/);
  const { pem: another } = await serverCertificate();
  for (const mode of ["require", "verify-ca"])
    await expect(connect(mode, another)).rejects.toThrow(/certificate/);
});
