import { Command } from "commander";
import type { Io } from "../../composition/settings/io.ts";
import { cleanupCommand } from "../scaletest/cleanup-command.ts";
import {
  addFindLimitOptions,
  type FindLimitFlags,
  flagsOfFirstLoad,
  limitWishOf,
} from "../scaletest/find-limit/options.ts";
import { followFlags } from "../scaletest/options/given-flags.ts";
import {
  addCreateOptions,
  addTrafficOptions,
  type CreateFlags,
  type TrafficFlags,
} from "../scaletest/options/load-options.ts";

/** `refbench scaletest`: the workload alone, against a deployment of one's own. */
export function scaletestCommand(io: Io): Command {
  return new Command("scaletest")
    .alias("loadtest")
    .addCommand(createCommand(io))
    .addCommand(trafficCommand(io))
    .addCommand(cleanupCommand(io));
}

function createCommand(io: Io): Command {
  const command = new Command("create-workspaces").description(
    "create users and workspaces, reach each, hold connections, delete all of it, and say how it went",
  );
  const given = followFlags(addCreateOptions(command));
  return addFindLimitOptions(command)
    .addHelpText("after", AFTER)
    .action(async (flags: CreateFlags & FindLimitFlags) => {
      const { findLimitByHand, loadByHand } = await commands();
      const { prepareCreate } = await import("../scaletest/prepare-create.ts");
      const wish = limitWishOf(flags);
      if (wish === undefined) return loadByHand(flags, prepareCreate(flags, io), io, { command, given });
      const first = flagsOfFirstLoad(flags, wish);
      return findLimitByHand(first, wish, prepareCreate(first, io), { io, command });
    });
}

function trafficCommand(io: Io): Command {
  const command = new Command("traffic")
    .alias("workspace-traffic")
    .description("hold connections with traffic to workspaces that create-workspaces --no-cleanup left");
  const given = followFlags(addTrafficOptions(command));
  return addFindLimitOptions(command)
    .addHelpText("after", AFTER)
    .action(async (flags: TrafficFlags & FindLimitFlags) => {
      const { findLimitByHand, loadByHand } = await commands();
      const { prepareTraffic } = await import("../scaletest/prepare-traffic.ts");
      const wish = limitWishOf(flags);
      if (wish === undefined) return loadByHand(flags, prepareTraffic(flags), io, { command, given });
      const first = flagsOfFirstLoad(flags, wish);
      return findLimitByHand(first, wish, prepareTraffic(first), { io, command });
    });
}

/** What the commands do: loaded when one is given, not when its flags are. */
async function commands() {
  const [{ findLimitByHand }, { loadByHand }] = await Promise.all([
    import("../scaletest/find-limit/command.ts"),
    import("../scaletest/load-command.ts"),
  ]);
  return { findLimitByHand, loadByHand };
}

const AFTER = `
Variables of Coder's utility (CODER_SCALETEST_COUNT, …) stand for its flags.
Exit codes: 0 pass, 10 objectives missed, 21 the generator was the limit,
20 refbench's fault, 61 stopped, 40 something is left, 41 what is left is not
known, 30 Coder does not answer, 2 refused: nothing was created.
Ctrl-C stops the load and deletes what it made; a second one leaves at once.`;
