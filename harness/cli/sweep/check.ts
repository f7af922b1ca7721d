import { EXIT_CODES } from "../../tools/verdict.ts";
import { overdue } from "../../inventory/sweep/heartbeat.ts";
import type { Io } from "../../composition/settings/io.ts";
import type { SweepFolder } from "../../teardown/folder.ts";

/** Says whether sweeps still happen, and returns the exit code: somebody must watch the sweeper too. */
export async function checkHeartbeat(
  check: {
    readonly folder: SweepFolder;
    readonly targets: readonly { readonly name: string }[];
    readonly periodMs: number;
    readonly nowMs: number;
  },
  io: Pick<Io, "stdout" | "stderr">,
): Promise<number> {
  const last = await check.folder.findHeartbeat();
  let code: number = EXIT_CODES.pass;
  for (const { name } of check.targets) {
    const problem = overdue(last, { target: name, periodMs: check.periodMs, nowMs: check.nowMs });
    if (problem === undefined) {
      io.stdout.write(`${name}: last complete sweep ${last?.completed[name] ?? ""}\n`);
    } else {
      code = EXIT_CODES.unverified;
      io.stderr.write(`refbench: ${problem}: run "refbench sweep", and see why its schedule does not\n`);
    }
  }
  return code;
}
