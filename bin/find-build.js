import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const BUILD_FOLDER = "dist";
/** A file that only a clone has: a packed installation has a build, but no source to compare it with. */
const SOURCES = {
  environment: "harness/model/environment/own-environment.ts",
  main: "harness/cli/main.ts",
};
const BUILDER = "scripts/build.ts";

/**
 * The paths of an installation's `main` and `environment`: compiled ones, and in a clone as new as their sources.
 * If nothing can be compiled they are the sources, and `isSource` is true. `say` gets each line for the user.
 */
export function findBuild(root, say, compile = compileIn) {
  const found = readBuild(root);
  const isClone = existsSync(join(root, SOURCES.main));
  if (found !== undefined && (!isClone || isCurrent(root, found))) return pathsOf(root, found);
  const sources = {
    environment: join(root, SOURCES.environment),
    main: join(root, SOURCES.main),
    isSource: true,
  };
  // The clone cannot hold a build, and one in another folder would be compared and kept for each user.
  if (!isWritable(existsSync(join(root, BUILD_FOLDER)) ? join(root, BUILD_FOLDER) : root)) return sources;
  say(`compiling, since ${found === undefined ? "there is no build yet" : "a source has changed"}`);
  const failure = compile(root);
  if (failure !== undefined) {
    say(`cannot be compiled, so it runs from its sources, which takes longer: ${failure}`);
    return sources;
  }
  const made = readBuild(root);
  return made === undefined ? sources : pathsOf(root, made);
}

function readBuild(root) {
  try {
    return JSON.parse(readFileSync(join(root, BUILD_FOLDER, "current.json"), "utf8"));
  } catch {
    return undefined;
  }
}

function pathsOf(root, { main, environment }) {
  const folder = join(root, BUILD_FOLDER);
  return { environment: join(folder, environment), main: join(folder, main), isSource: false };
}

/** Whether every file of the build exists, and every source is as large and as old as when it was compiled. */
function isCurrent(root, { sources, files }) {
  for (const path in sources) {
    const [size, mtimeMs] = sources[path];
    const now = statSync(join(root, path), { throwIfNoEntry: false });
    if (now === undefined || now.size !== size || now.mtimeMs !== mtimeMs) return false;
  }
  return files.every((name) => existsSync(join(root, BUILD_FOLDER, name)));
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Compiles in a separate process, whose memory ends with it. Returns why it failed. */
function compileIn(root) {
  // The shell's other variables could change where packages are found, or what Node loads beside them.
  const { PATH, HOME, TMPDIR } = process.env;
  const { status, error, stderr } = spawnSync(process.execPath, ["--import", "tsx", join(root, BUILDER)], {
    cwd: root,
    env: Object.fromEntries(
      Object.entries({ PATH, HOME, TMPDIR }).filter(([, value]) => value !== undefined),
    ),
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (status === 0) return undefined;
  return (
    error?.message ?? (stderr.trim().split("\n").slice(0, 3).join(" ").slice(0, 500) || `exit code ${status}`)
  );
}
