import { packageFile } from "../../reference-architectures/package-file.ts";

/** The programs that are compiled into one file each, since other processes start them: name → path of the source. */
export const PROGRAMS = {
  worker: "harness/workload/worker.ts",
  plugin: "rehearsal/twin/plugin/main.ts",
  runner: "rehearsal/runner/main.ts",
  relay: "rehearsal/runner/relay.ts",
  emulator: "rehearsal/emulator/main.ts",
  provisioners: "rehearsal/provisioner/main.ts",
  "real-coder": "rehearsal/real-coder/main.ts",
} as const;

export type ProgramName = keyof typeof PROGRAMS;

/** The path of a program's source. */
export function programSource(name: ProgramName): string {
  return packageFile(PROGRAMS[name]);
}

/** Where the build keeps each compiled program, by file name beside the compiled command line. The build defines it. */
declare const REFBENCH_PROGRAMS: Readonly<Record<ProgramName | "stacks", string>> | undefined;

/**
 * The path of a program that `npm run build` compiled together with this code; undefined when this code runs from its
 * source. Tests have the build's programs, too.
 */
export function builtProgram(name: ProgramName | "stacks"): string | undefined {
  if (typeof REFBENCH_PROGRAMS === "undefined") return undefined;
  return packageFile(BUILD_FOLDER, REFBENCH_PROGRAMS[name]);
}

/** Where the build writes, from the folder of package.json. */
export const BUILD_FOLDER = "dist";
