import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDatabasePlace } from "../../../../harness/loads/observe/database-place.ts";

async function written(text: string, mode = 0o600): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-database-"));
  await writeFile(join(cwd, "url"), text);
  await chmod(join(cwd, "url"), mode);
  await writeFile(join(cwd, "ca.pem"), "a certificate");
  return cwd;
}

test("the URL is the file's, with the certificate beside it, because the load may run elsewhere", async () => {
  const url = "postgres://looker:p@db/coder?sslmode=verify-full&sslrootcert=ca.pem";
  expect(await readDatabasePlace("url", await written(`${url}\n`))).toEqual({
    kind: "postgres",
    of: "database",
    url,
    caPem: "a certificate",
  });
});

test("a URL in place of the file is refused without being repeated", async () => {
  const given = readDatabasePlace("postgres://looker:planted@db/coder", "/");
  await expect(given).rejects.toThrow(/expected a file: every user of this machine can read arguments/);
  await expect(given).rejects.not.toThrow(/planted/);
});

test.each([
  ["postgres://looker:planted@db/coder", 0o644, /mode 644\): run "chmod 600 url"/],
  ["postgres://looker:planted@db/coder", 0o640, /mode 640/],
  ["mysql://looker:planted@db/coder", 0o600, /not a postgres:\/\/ URL/],
  ["postgres://looker:planted@db/coder?sslrootcert=none.pem", 0o600, /sslrootcert in url cannot be read/],
  ["planted ".repeat(4000), 0o600, /expected a file of one line/],
])("what cannot be used is refused without its password: %#", async (text, mode, reason) => {
  const cwd = await written(text, mode);
  const given = readDatabasePlace("url", cwd);
  await expect(given).rejects.toThrow(reason);
  await expect(given).rejects.not.toThrow(/planted/);
});
