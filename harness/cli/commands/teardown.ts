import { Command } from "commander";
import { systemClock } from "../../model/clock.ts";
import { ensureReaper } from "../../pipeline/ensure-reaper.ts";
import { EventTail } from "../../pipeline/event-log.ts";
import { requestTeardown } from "../../pipeline/request.ts";
import { openRunFolder } from "../../pipeline/run-folder.ts";
import { findFinalRecord } from "../../pipeline/run-record.ts";
import type { Io } from "../io.ts";
import { spawnReaper } from "../spawn-reaper.ts";
import { followTeardown } from "./watch.ts";

/** `refbench teardown <run>`: asks the reaper for the whole teardown and shows it. */
export function teardownCommand(io: Io): Command {
  return new Command("teardown")
    .description("tear a run down, whatever state it is in: drain, destroy, sweep, audit")
    .argument("<run>", "id of a run under .refbench/runs, or the path of its folder")
    .addHelpText(
      "after",
      "\nExit codes: 0 clean, 40 leaked, 41 unverified, 60 left to the reaper before the end.",
    )
    .action(async (run: string) => {
      const folder = await openRunFolder(io.cwd, run);
      const offset = await EventTail.end(folder.events);
      const final = await findFinalRecord(folder);
      // What was leaked or could not be verified is gone on with, once a credential is renewed or a hand has helped.
      if (final?.teardown.state !== "clean") {
        await requestTeardown(folder, { through: "audit", only: false, reason: "teardown" });
        await ensureReaper(folder, { clock: systemClock, spawnReaper });
      }
      await followTeardown(io, folder, offset);
    });
}
