import { build, type BuildOptions, type Metafile, type OutputFile, stop } from "esbuild";
import { basename } from "node:path";
import { BUILD_FOLDER, type ProgramName, programSource, PROGRAMS } from "../../harness/model/programs.ts";
import { NODE_PROGRAM } from "../../rehearsal/bundle.ts";
import { packageFile } from "../../reference-architectures/package-file.ts";
import { keepBuild } from "./keep-build.ts";
import { stampSources } from "./stamp-sources.ts";

/** The entries of the command line. bin/refbench.js loads the first before everything else. */
export const ENTRIES = {
  environment: "harness/model/environment/own-environment.ts",
  main: "harness/cli/main.ts",
} as const;

const STACKS = "stacks/main.ts";

/**
 * Not compiled into the command line: esbuild is a separate program. The others are large, needed by few commands,
 * and loaded from node_modules when they are.
 */
export const EXTERNAL: readonly string[] = ["esbuild", "@aws-sdk/*", "google-auth-library", "echarts"];

/** A finished compilation, in memory. */
export interface Compiled {
  readonly outputs: readonly OutputFile[];
  /** The file name of each entry: those of `ENTRIES`, and each program. */
  readonly entries: Readonly<Record<keyof typeof ENTRIES, string>>;
  readonly programs: Readonly<Record<string, string>>;
  /** The imports between the command line's files. */
  readonly metafile: Metafile;
}

/**
 * Compiles everything and keeps it in `folder`. Several processes may do so at once: no file is changed after it was
 * written, and the last one to finish decides which build is current.
 */
export async function buildRefbench(
  folder = packageFile(BUILD_FOLDER),
): Promise<{ readonly files: number; readonly written: number }> {
  // Before they are read: a source that is changed meanwhile is newer than its stamp.
  const stamps = stampSources(packageFile());
  const { outputs, entries, programs, inputs } = await compile();
  const sources = Object.fromEntries(
    [...inputs, "package.json", "node_modules/.package-lock.json"].flatMap((path) => {
      const stamp = stamps.get(path);
      return stamp === undefined ? [] : [[path, stamp] as const];
    }),
  );
  return keepBuild(folder, outputs, { ...entries, programs, sources });
}

/** Compiles everything without writing it. */
export async function compile(): Promise<Compiled & { readonly inputs: ReadonlySet<string> }> {
  try {
    const [programs, stacks] = await Promise.all([compilePrograms(), compileStacks()]);
    const names = {
      ...Object.fromEntries(
        Object.keys(PROGRAMS).map((name) => [name, outputOf(programs, programSource(name as ProgramName))]),
      ),
      stacks: outputOf(stacks, packageFile(STACKS)),
    };
    const cli = await compileCommandLine(names);
    const metafiles = [programs.metafile, stacks.metafile, cli.metafile];
    return {
      outputs: [programs, stacks, cli].flatMap(({ outputFiles }) => outputFiles),
      entries: {
        environment: outputOf(cli, packageFile(ENTRIES.environment)),
        main: outputOf(cli, packageFile(ENTRIES.main)),
      },
      programs: names,
      metafile: cli.metafile,
      inputs: new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs))),
    };
  } finally {
    await stop();
  }
}

const SHARED = {
  ...NODE_PROGRAM,
  absWorkingDir: packageFile(),
  outdir: packageFile(BUILD_FOLDER),
  // A name belongs to one content: what a process has not loaded yet is not replaced under it.
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  write: false,
  metafile: true,
  logLevel: "error",
  sourcesContent: false,
} as const satisfies BuildOptions;

type Result = Awaited<ReturnType<typeof compilePrograms>>;

/** One file for each: they run outside of this installation, too. */
function compilePrograms() {
  return build({
    ...SHARED,
    external: [...NODE_PROGRAM.external],
    entryPoints: Object.entries(PROGRAMS).map(([out, source]) => ({ in: source, out })),
  });
}

/**
 * Contains the bindings of the resources that the stacks use, so that an installed package runs without the providers'
 * bindings (1.1 GB). cdktf and constructs stay outside: they find their own files beside them.
 */
function compileStacks() {
  return build({
    ...SHARED,
    external: [...NODE_PROGRAM.external, "cdktf", "constructs"],
    splitting: true,
    sourcemap: "linked",
    entryPoints: [{ in: STACKS, out: "stacks" }],
  });
}

function compileCommandLine(programs: Readonly<Record<string, string>>) {
  return build({
    ...SHARED,
    external: [...NODE_PROGRAM.external, ...EXTERNAL],
    splitting: true,
    sourcemap: "linked",
    define: { ...NODE_PROGRAM.define, REFBENCH_PROGRAMS: JSON.stringify(programs) },
    entryPoints: Object.values(ENTRIES),
  });
}

function outputOf({ metafile }: Pick<Result, "metafile">, source: string): string {
  const found = Object.entries(metafile.outputs).find(
    ([, { entryPoint }]) => entryPoint !== undefined && packageFile(entryPoint) === source,
  );
  if (found === undefined) throw new Error(`${source} was not compiled`);
  return basename(found[0]);
}
