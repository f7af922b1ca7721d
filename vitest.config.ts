import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { findBuild } from "./bin/find-build.js";
import type { CurrentBuild } from "./scripts/build/keep-build.ts";

/** The programs that tests start, compiled once: each start from its sources would take seconds of a core. */
function compiledPrograms(): Record<string, string> {
  const { isSource, main } = findBuild(import.meta.dirname, (line) => process.stderr.write(`${line}\n`));
  if (isSource) return {};
  const { programs } = JSON.parse(readFileSync(join(main, "../current.json"), "utf8")) as CurrentBuild;
  return { REFBENCH_PROGRAMS: JSON.stringify(programs) };
}

export default defineConfig({
  // Packages that name source maps which they do not ship are no news.
  logLevel: "error",
  define: compiledPrograms(),
  test: {
    globalSetup: ["test/support/temporary-folder.ts"],
    include: ["test/**/*.test.ts"],
    // Real terraform processes share two cores: a long limit is a net under a hang, not a speed goal.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // A list in a failure is shown, also where a report has the message alone.
    chaiConfig: { truncateThreshold: 2_000 },
    // It imports JSON as only a bundler does.
    server: { deps: { inline: [/@actions\/(workflow-parser|expressions)/] } },
  },
});
