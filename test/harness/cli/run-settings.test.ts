import { Command } from "commander";
import { expect, test } from "vitest";
import { preflightCommand } from "../../../harness/cli/commands/preflight.ts";
import { selectSettings } from "../../../harness/composition/preflight/request.ts";
import { addRunOptions, type RunFlags } from "../../../harness/cli/options/run-options.ts";
import { runSettingsOf } from "../../../harness/cli/run-settings.ts";
import { CapturedStream } from "./progress/captured-stream.ts";

const stream = new CapturedStream();
const io = { stdout: stream, stderr: stream, cwd: "/", env: {}, exit: () => undefined };

/** Returns the settings that the checks before a run get from these flags. */
async function checked(args: readonly string[]): Promise<unknown> {
  let settings: unknown;
  const command = new Command("run").argument("<architecture>").exitOverride();
  addRunOptions(command, io).action(async (architecture: string, flags: RunFlags) => {
    settings = selectSettings(await runSettingsOf(architecture, flags, command));
  });
  await command.parseAsync(["node", "run", ...args]);
  return settings;
}

/** Flags on which the checks depend, each with a value that is not the default. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  "--size": ["canary"],
  "--coder-version": ["2.30.1"],
  "--tls": [],
  "--set": ["users=150"],
  "--rehearse": [],
  "--region": ["us-west-2"],
  "--zone": ["us-east-2b"],
  "--cluster-cidr": ["198.51.100.0/24"],
  "--runner": ["local"],
};
/** Flags that the command's own tests and the checks of the cloud cover. */
const OTHERS = [
  ...["--project", "--account", "--licence-file", "--max-cost"],
  ...["--fail-check", "--skip-preflight", "--output"],
  // Preflight compares it with who deploys only once a run is made; here it is checked, and refused without EKS.
  "--cluster-admin",
];

test("preflight has no flag that nothing reads", () => {
  const flags = preflightCommand(io).options.flatMap(({ long }) => (long == null ? [] : [long]));
  expect(flags.sort()).toEqual([...Object.keys(SETTINGS), ...OTHERS].sort());
});

test.each(Object.entries(SETTINGS))(
  "%s reaches the checks, of a preflight as of a run",
  async (flag, value) => {
    expect(await checked(["eks", flag, ...value])).not.toEqual(await checked(["eks"]));
  },
);
