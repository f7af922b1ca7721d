/**
 * 50,000 connections from 4 local workers against the emulator: how many are held and verified, and what a connection
 * costs on both sides. Prints the memory that it needs first, and refuses where the machine lacks it.
 */
import { parseArgs } from "node:util";
import { fail, isTextOutput, whole } from "./arguments.ts";
import { scaleLines } from "./load/scale-report.ts";
import { scaleLoad } from "./load/scale-load.ts";
import { findScaleShortage, scaleNeed, scaleNeedLine } from "./load/scale-need.ts";
import { machineLine, thisMachine } from "./machine.ts";

const { values } = parseArgs({
  options: {
    output: { type: "string", default: "text" },
    connections: { type: "string", default: "50000" },
    workers: { type: "string", default: "4" },
    /** Workspaces of all emulators together. */
    workspaces: { type: "string", default: "800" },
    /** New connections a second. */
    opens: { type: "string", default: "250" },
    /** Verified commands a second, while all are held. */
    commands: { type: "string", default: "500" },
    hold: { type: "string", default: "30" },
  },
});
const asked = {
  connections: whole("connections", values.connections),
  workers: whole("workers", values.workers),
  workspaces: whole("workspaces", values.workspaces),
  opensPerSecond: whole("opens", values.opens),
  commandsPerSecond: whole("commands", values.commands),
  holdMs: whole("hold", values.hold) * 1000,
};
const isText = isTextOutput(values.output);
const say = (text: string): void => {
  if (isText) process.stdout.write(`${text}\n`);
};

say(machineLine());
const need = scaleNeed(asked);
say(scaleNeedLine(need));
const shortage = await findScaleShortage(need);
if (shortage !== undefined) fail(shortage);
const measured = await scaleLoad(asked.workers, asked, (text) => void process.stderr.write(`${text}\n`));
for (const line of scaleLines(measured)) say(line);
if (!isText) process.stdout.write(`${JSON.stringify({ thisMachine, need, measured }, null, 2)}\n`);
process.exit(measured.held === asked.connections ? 0 : 1);
