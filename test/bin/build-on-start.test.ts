import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
/** The parts of a clone that a start needs. */
const PARTS = [
  "bin",
  "harness",
  "rehearsal",
  "package.json",
  "reference-architectures",
  "scripts",
  "stacks",
  "tsconfig.json",
];

let clone: string;

beforeAll(async () => {
  clone = await realpath(await mkdtemp(join(tmpdir(), "refbench-clone-")));
  for (const part of PARTS) await cp(join(ROOT, part), join(clone, part), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(clone, "node_modules"));
});

afterAll(() => rm(clone, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function start(root: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, "bin/refbench.js"), ...args], (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

test("a clone compiles itself: two starts at once, once more after a source changed, and not otherwise", async () => {
  const version = { code: 0, stdout: "0.1.0\n" };
  const both = await Promise.all([start(clone, "--version"), start(clone, "--version")]);
  for (const one of both) expect(one).toMatchObject(version);
  expect(both.map(({ stderr }) => stderr).join("")).toContain("compiling, since there is no build yet");
  expect(await start(clone, "--version")).toEqual({ ...version, stderr: "" });
  const compiled = await readdir(join(clone, "dist"));
  expect(compiled.filter((name) => !/\.(js|map|json)$/.test(name))).toEqual([]);

  const changed = join(clone, "harness/composition/settings/package-version.ts");
  await cp(changed, `${changed}.before`);
  await writeFile(changed, 'export function packageVersion(): string {\n  throw new Error("changed");\n}\n');
  const { code, stderr } = await start(clone, "--version");
  expect(code).toBe(20);
  expect(stderr).toContain("compiling, since a source has changed");
  // The place in the source, not in the compiled file.
  expect(stderr).toContain("at packageVersion (harness/composition/settings/package-version.ts:2:9)");
  // Files that an earlier process may still load are kept.
  expect(await readdir(join(clone, "dist"))).toEqual(expect.arrayContaining(compiled));
});

test("a source that does not compile is named, and the clone runs from its sources", async () => {
  await writeFile(
    join(clone, "harness/composition/settings/package-version.ts"),
    "export function packageVersion( {\n",
  );
  const { code, stderr } = await start(clone, "--version");
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/cannot be compiled.*package-version\.ts/s);
});

test("a packed installation has no sources to compare its build with", async () => {
  const packed = join(dirname(clone), `${clone}-packed`);
  await mkdir(join(packed, "dist"), { recursive: true });
  await cp(join(ROOT, "bin"), join(packed, "bin"), { recursive: true });
  await cp(join(ROOT, "package.json"), join(packed, "package.json"));
  await writeFile(join(packed, "dist/environment.js"), "export const removedVariables = () => [];\n");
  await writeFile(
    join(packed, "dist/main.js"),
    "export const stackOf = String;\nexport const main = async (args, { stdout }) => (stdout.write(args.join()), 7);\n",
  );
  const build = {
    main: "main.js",
    environment: "environment.js",
    files: [],
    programs: {},
    sources: { "gone.ts": [1, 1] },
  };
  await writeFile(join(packed, "dist/current.json"), JSON.stringify(build));
  expect(await start(packed, "a", "b")).toEqual({ code: 7, stdout: "a,b", stderr: "" });
  await rm(packed, { recursive: true, force: true });
});
