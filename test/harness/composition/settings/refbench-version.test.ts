import { appendFile, chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, onTestFinished, test } from "vitest";
import { refbenchVersion, whyUnofficial } from "../../../../harness/composition/settings/refbench-version.ts";

async function checkout(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "refbench-version-")));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "package.json"), '{"version":"1.2.3"}');
  await writeFile(join(folder, "README.md"), "# Table\n");
  await writeFile(join(folder, "program.ts"), "1;\n");
  const git = execa({ cwd: folder });
  await git`git init --quiet`;
  await git`git add .`;
  await git`git -c user.name=a -c user.email=a@example.org commit --quiet --message a`;
  return folder;
}

test("a table in a README does not make a checkout dirty, but a changed program does", async () => {
  const folder = await checkout();
  await appendFile(join(folder, "README.md"), "| row |\n");
  await writeFile(join(folder, "credentials.json"), "{}");
  const clean = await refbenchVersion(folder);
  expect(clean).toMatchObject({ version: "1.2.3", dirty: false });
  expect(whyUnofficial(clean)).toBeUndefined();
  await appendFile(join(folder, "program.ts"), "2;\n");
  const dirty = await refbenchVersion(folder);
  expect(dirty).toMatchObject({ dirty: true });
  expect(whyUnofficial(dirty)).toMatch(/changes in no commit/);
});

test("the commit is that of the checkout, whatever variables of git the shell has", async () => {
  const [folder, other] = await Promise.all([checkout(), checkout()]);
  const { PATH = "" } = process.env;
  const steered = { PATH, HOME: folder, GIT_DIR: join(other, ".git"), GIT_WORK_TREE: other };
  expect(await refbenchVersion(folder, steered)).toEqual(await refbenchVersion(folder));
  expect((await refbenchVersion(folder)).commit).toMatch(/^[0-9a-f]{40}$/);
});

describe("if no commit is known, the reason is", () => {
  test("git's message in a folder that is not a repository, with the next step", async () => {
    const folder = await checkout();
    await rm(join(folder, ".git"), { recursive: true });
    const found = await refbenchVersion(folder);
    expect(found).toMatchObject({
      version: "1.2.3",
      noCommit: expect.stringMatching(/^git said "fatal: not a git repository/) as string,
    });
    expect(found.commit).toBeUndefined();
    expect(whyUnofficial(found)).toMatch(/not a git repository.*unofficial.*run it from a git checkout/);
  });

  test("git's message in another user's checkout, without the name of the folder", async () => {
    const folder = await checkout();
    const { PATH = "" } = process.env;
    // Makes git treat the folder as another user's: a test cannot change a folder's owner.
    const env = { PATH, HOME: folder, GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" };
    const bin = join(folder, "bin");
    await mkdir(bin);
    const git = (await execa`which git`).stdout;
    await writeFile(join(bin, "git"), `#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec ${git} "$@"\n`);
    await chmod(join(bin, "git"), 0o755);
    const { noCommit } = await refbenchVersion(folder, { ...env, PATH: `${bin}:${PATH}` });
    expect(noCommit).toMatch(/dubious ownership in repository at '<checkout>'.*safe\.directory <checkout>/);
    expect(noCommit).not.toContain(folder);
  });

  test("another repository around it", async () => {
    const outer = await checkout();
    const folder = join(outer, "node_modules", "refbench");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{"version":"1.2.3"}');
    expect(await refbenchVersion(folder)).toEqual({
      version: "1.2.3",
      noCommit: "refbench lies in another repository and is no checkout of its own",
    });
  });

  test("missing git", async () => {
    expect(await refbenchVersion(await checkout(), { PATH: "/nonexistent" })).toMatchObject({
      noCommit: "git is not on PATH",
    });
  });
});
