import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTerraform } from "../../../harness/terraform/terraform.ts";
import { options, stackOf } from "./stack.ts";

async function fakeTerraform(script: string): Promise<string> {
  const directory = await stackOf("");
  await writeFile(join(directory, "terraform"), `#!/bin/sh\n${script}\n`);
  await chmod(join(directory, "terraform"), 0o755);
  return directory;
}

const INSTALL = "https://developer.hashicorp.com/terraform/install";

test("the version and path of the installed terraform are returned", async () => {
  const { version, path } = await createTerraform().version(options());
  expect(version).toMatch(/^1\.(1[1-9]|[2-9]\d)\.\d+/);
  expect(path).toMatch(/^\/.*terraform$/);
});

test("a missing terraform is a usage error that names the download page", async () => {
  const nowhere = options({ env: { PATH: "/nonexistent" } });
  await expect(createTerraform().version(nowhere)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(new RegExp(`not found.*>= 1\\.11.*${INSTALL}`)),
  });
  const directory = await stackOf("");
  await expect(
    createTerraform({ binary: "/no/terraform" }).apply(directory, options()),
  ).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining('"/no/terraform"'),
  });
});

test.each(["1.10.5", "0.15.0"])(
  "terraform %s is too old, and the error names what is supported",
  async (version) => {
    const folder = await fakeTerraform(`echo '{"terraform_version":"${version}"}'`);
    await expect(createTerraform().version(options({ env: { PATH: folder } }))).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(new RegExp(`${version} at ${folder}/terraform.*>= 1\\.11.*${INSTALL}`)),
    });
  },
);

test.each(["1.11.0", "1.12.0-beta1", "2.0.0"])("terraform %s is new enough", async (version) => {
  const folder = await fakeTerraform(`echo '{"terraform_version":"${version}"}'`);
  await expect(createTerraform().version(options({ env: { PATH: folder } }))).resolves.toEqual({
    version,
    path: join(folder, "terraform"),
  });
});

test("a program that only has terraform's name is a usage error with its output", async () => {
  const folder = await fakeTerraform("echo hello");
  await expect(createTerraform().version(options({ env: { PATH: folder } }))).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining('printed "hello"'),
  });
});

test("a terraform that dies without a diagnostic fails with its exit code and last words", async () => {
  const folder = await fakeTerraform("echo '!!! crash: out of cheese' >&2; exit 11");
  const directory = await stackOf("");
  await expect(createTerraform().apply(directory, options({ env: { PATH: folder } }))).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringMatching(/exit code 11\n.*out of cheese/),
  });
});

test.each(["", "all went well", "[]"])(
  "a terraform that succeeds and prints %j for outputs is named",
  async (text) => {
    const directory = await fakeTerraform(`printf '%s' '${text}'`);
    const binary = join(directory, "terraform");
    await expect(createTerraform({ binary }).output(directory, options())).rejects.toMatchObject({
      code: "infrastructure",
      message: expect.stringMatching(new RegExp(`${binary} ended .*${text.length} characters .*check that`)),
    });
  },
);
