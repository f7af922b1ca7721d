import type { Command } from "commander";
import type { Io } from "../../composition/settings/io.ts";
import type { PreparedLoad } from "../../loads/prepare/prepare.ts";
import type { LoadFlags } from "../../loads/request/flags.ts";
import { typedCommand } from "./options/typed-command.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { widthOf } from "../../results/output/outputs.ts";
import { guardDeployment } from "../../loads/prepare/guard-deployment.ts";
import { expectLoad } from "./dry-run.ts";
import { expectationText, lookText, planText } from "./guard-text.ts";

/**
 * Shows the deployment and what will be done to it, and refuses one that others use and nobody named. Whether it may
 * begin: a dry run ends here.
 */
export function mayBegin(
  { look, task, notes }: PreparedLoad,
  { deploymentId, dryRun }: Pick<LoadFlags, "deploymentId" | "dryRun">,
  {
    io,
    command,
    cleanup,
    again,
    pods,
  }: {
    readonly io: Pick<Io, "stderr">;
    readonly command: Command;
    readonly cleanup: string;
    /** How the load is repeated, where it is. */
    readonly again?: string;
    /** The pods that make the load, in words. */
    readonly pods?: string | undefined;
  },
): boolean {
  const width = widthOf(io.stderr);
  io.stderr.write(lookText(look, width));
  io.stderr.write(planText(task, { cleanup }, width));
  io.stderr.write(expectationText(expectLoad(task, look), width));
  if (pods !== undefined) io.stderr.write(`${"Pods".padEnd(12)}${oneLine(pods)}\n`);
  if (again !== undefined) io.stderr.write(`${"Again".padEnd(12)}${again}\n`);
  guardDeployment(look, deploymentId, typedCommand(command, "--deployment-id", look.id));
  if (dryRun !== true) return true;
  for (const note of [...notes, "dry run: nothing was created"]) io.stderr.write(`${oneLine(note)}\n`);
  return false;
}
