import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replaceFile, replaceFileSync } from "../../../../harness/tools/files/replace-file.ts";

describe.each([
  ["replaceFile", replaceFile],
  [
    "replaceFileSync",
    (...args: Parameters<typeof replaceFileSync>) =>
      new Promise<void>((resolve) => {
        replaceFileSync(...args);
        resolve();
      }),
  ],
])("%s", (_, replace) => {
  it("replaces the content and leaves no draft", async () => {
    const folder = await mkdtemp(join(tmpdir(), "replace-"));
    const file = join(folder, "a");
    await writeFile(file, "old, and longer");
    await replace(file, "new");
    expect(await readFile(file, "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it.each([0o600, 0o755, 0o444])("gives the file mode %o whatever the umask is", async (mode) => {
    const file = join(await mkdtemp(join(tmpdir(), "replace-")), "a");
    const umask = process.umask(0o077);
    try {
      await replace(file, "", mode);
    } finally {
      process.umask(umask);
    }
    expect((await stat(file)).mode & 0o777).toBe(mode);
  });

  it("keeps the old file and leaves no draft when it fails", async () => {
    const folder = await mkdtemp(join(tmpdir(), "replace-"));
    const occupied = join(folder, "a");
    await mkdir(occupied);
    await expect(replace(occupied, "new")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(await readdir(folder)).toEqual(["a"]);
  });
});
