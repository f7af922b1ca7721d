import { isBuiltin } from "node:module";
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../harness/cli/command-table.ts";
import { PROGRAMS } from "../../harness/model/programs.ts";
import { packageFile } from "../../reference-architectures/package-file.ts";
import { compile, ENTRIES, EXTERNAL } from "../../scripts/build/build-refbench.ts";

/** Packages that cost a start: only what a command does may load them, not its name, flags and help. */
const HEAVY =
  /^(@aws-sdk\/.*|@cdktf\/.*|@grpc\/.*|@msgpack\/msgpack|@opentelemetry\/.*|cdktf|csv-stringify|echarts|esbuild|execa|fast-xml-builder|google-auth-library|https-proxy-agent|jstat|pg|pprof-format|prom-client|selfsigned|ssh2|tar-stream|undici|ws|yaml)$/;

let inputs: Awaited<ReturnType<typeof compile>>["metafile"]["inputs"];
let compiled: Awaited<ReturnType<typeof compile>>;

beforeAll(async () => {
  compiled = await compile();
  ({ inputs } = compiled.metafile);
});

/** Every module that is loaded together with a source: what it imports at its top, and what that does. */
function loadedWith(source: string): { readonly modules: ReadonlySet<string>; readonly packages: string[] } {
  const modules = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    if (modules.has(path)) return;
    modules.add(path);
    for (const { path: imported, external, kind } of inputs[path]?.imports ?? []) {
      if (kind === "dynamic-import") continue;
      const name = nameOf(imported, external === true);
      if (name !== undefined) packages.add(name);
      if (external !== true) visit(imported);
    }
  };
  visit(source);
  return { modules, packages: [...packages] };
}

describe("the code that a start loads", () => {
  test("the list of commands needs commander, and no command", () => {
    const { modules, packages } = loadedWith(ENTRIES.main);
    expect(packages).toEqual(["commander"]);
    expect([...modules].filter((path) => path.includes("/commands/"))).toEqual([]);
  });

  test.each(COMMANDS.map(({ name }) => name))("the flags of %s need no heavy package", (name) => {
    const paths = ["commands", "stand-ins"].map((folder) => `harness/cli/${folder}/${name}.ts`);
    const { modules, packages } = loadedWith(paths.find((path) => compiled.inputs.has(path)) ?? name);
    expect(modules.size).toBeGreaterThan(1);
    expect(packages.filter((each) => HEAVY.test(each))).toEqual([]);
  });

  test("a reaper that waits has loaded nothing that tears down", () => {
    const { modules } = loadedWith("harness/cli/commands/reaper.ts");
    expect(
      [...modules].filter((path) => /^harness\/(terraform|coder|workload)\/|\/compose(-\w+)?\.ts/.test(path)),
    ).toEqual([]);
  });
});

test("no compiled source derives a path from its own place", async () => {
  const own = [...compiled.inputs].filter((path) =>
    /^(harness|rehearsal|reference-architectures|stacks)\//.test(path),
  );
  expect(own.length).toBeGreaterThan(100);
  const texts = await Promise.all(
    own.map(async (path) => [path, await readFile(packageFile(path), "utf8")] as const),
  );
  const deriving = texts.filter(([, text]) => /import\.meta\.(dirname|filename|url)/.test(text));
  // The second has it in the text that is put before compiled packages.
  const allowed = ["reference-architectures/package-file.ts", "rehearsal/bundle.ts"];
  expect(deriving.map(([path]) => path).toSorted()).toEqual(allowed.toSorted());
});

test("a package that is loaded by name alone is an ES module or stays outside, since a compiled CommonJS one has no named exports", async () => {
  const sources = [...compiled.inputs].filter((path) =>
    /^(harness|rehearsal|reference-architectures|stacks)\//.test(path),
  );
  const texts = await Promise.all(sources.map((path) => readFile(packageFile(path), "utf8")));
  const loaded = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/import\("((?:@[^/"]+\/)?[^./"@][^/":]*)"\)/g)].map(([, name]) => name!),
    ),
  );
  expect(loaded).toContain("execa");
  const outside = (name: string): boolean =>
    EXTERNAL.some((external) => name.startsWith(external.replace("*", "")));
  const isModule = async (name: string): Promise<boolean> => {
    const manifest = await readFile(packageFile("node_modules", name, "package.json"), "utf8");
    return (JSON.parse(manifest) as { readonly type?: string }).type === "module";
  };
  const wrong: string[] = [];
  for (const name of loaded) if (!outside(name) && !(await isModule(name))) wrong.push(name);
  expect(wrong).toEqual([]);
});

test("each program is one file that needs nothing beside it", () => {
  for (const name of Object.keys(PROGRAMS)) {
    const file = compiled.programs[name]!;
    const text = compiled.outputs.find(({ path }) => path.endsWith(`/${file}`))!.text;
    expect(text).not.toMatch(/^import .* from "\.\.?\//m);
  }
});

test("nothing that was compiled needs the providers' bindings, which a package leaves out", () => {
  const imports = /(?:from|import|import\(|require\()\s*["']@cdktf\//;
  const needing = compiled.outputs.filter(({ path, text }) => path.endsWith(".js") && imports.test(text));
  expect(needing.map(({ path }) => path)).toEqual([]);
});

/** The npm package that an import is of, if any. */
function nameOf(imported: string, isExternal: boolean): string | undefined {
  const [, inside = isExternal ? imported : ""] =
    /node_modules\/(?!.*node_modules\/)(.*)/.exec(imported) ?? [];
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(inside)?.[0];
  const isPackage = name !== undefined && !isBuiltin(name) && !name.startsWith("<define:");
  return isPackage ? name : undefined;
}
