import { defineConfig } from "vitest/config";

export default defineConfig({
  // Packages that name source maps which they do not ship are no news.
  logLevel: "error",
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
