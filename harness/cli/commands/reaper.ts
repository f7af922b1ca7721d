import { Command } from "commander";
import { readJson } from "../../pipeline/json-file.ts";
import { planSchema } from "../../pipeline/plan.ts";
import { reap } from "../../pipeline/reaper.ts";
import { RunFolder } from "../../pipeline/run-folder.ts";
import { composePorts } from "../compose.ts";
import type { Io } from "../io.ts";

/** `refbench reaper <folder>`: what the harness starts, detached, to own a run's teardown. Not for typing. */
export function reaperCommand(io: Io): Command {
  return new Command("reaper").argument("<folder>").action(async (path: string) => {
    // It was started to outlive whatever ends the run.
    process.on("SIGINT", () => undefined);
    process.on("SIGHUP", () => undefined);
    const stop = new AbortController();
    process.on("SIGTERM", () =>
      stop.abort(new Error("the reaper was asked to end; the next refbench command starts another")),
    );
    const folder = new RunFolder(path);
    const plan = await readJson(folder.plan, planSchema);
    const ports = await composePorts(folder, plan, io.env);
    await reap(folder, ports, { reporter: { report: () => undefined }, signal: stop.signal });
    io.exit(0);
  });
}
