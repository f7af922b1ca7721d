/**
 * 50,000 connections from 4 local workers against the emulator: how many are held and verified, and what a connection
 * costs on both sides. Prints the memory that it needs first, and refuses where the machine lacks it. With `--kubeconfig`,
 * `--context`, `--image` and `--host`, what a connection costs a Job of 4 pods × 2,500 and one local worker instead.
 */
import { parseArgs } from "node:util";
import { fail, isTextOutput, whole } from "./arguments.ts";
import { jobBesideLocal, jobLines } from "./load/job-cost.ts";
import { scaleLines } from "./load/scale-report.ts";
import { scaleLoad } from "./load/scale-load.ts";
import { findScaleShortage, scaleNeed, scaleNeedLine } from "./load/scale-need.ts";
import { machineLine, thisMachine } from "./machine.ts";

const { values } = parseArgs({
  options: {
    output: { type: "string", default: "text" },
    /** @default 50,000, and 10,000 with a cluster */
    connections: { type: "string" },
    workers: { type: "string", default: "4" },
    /** Workspaces of all emulators together. */
    workspaces: { type: "string", default: "800" },
    /** New connections a second. */
    opens: { type: "string", default: "250" },
    /** Verified commands a second, while all are held. */
    commands: { type: "string", default: "500" },
    hold: { type: "string", default: "30" },
    kubeconfig: { type: "string" },
    context: { type: "string" },
    /** An image with Node on its PATH. */
    image: { type: "string" },
    /** An address of this machine that pods reach. */
    host: { type: "string" },
  },
});
const { kubeconfig, context, image, host } = values;
const isInCluster = [kubeconfig, context, image, host].some((value) => value !== undefined);
const asked = {
  connections: whole("connections", values.connections ?? (isInCluster ? "10000" : "50000")),
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
process.exit(await (isInCluster ? runJob() : runLocally()));

async function runLocally(): Promise<number> {
  const need = scaleNeed(asked);
  say(scaleNeedLine(need));
  const shortage = await findScaleShortage(need);
  if (shortage !== undefined) fail(shortage);
  const measured = await scaleLoad(asked.workers, asked, report);
  for (const line of scaleLines(measured)) say(line);
  write({ need, measured });
  return measured.held === asked.connections ? 0 : 1;
}

async function runJob(): Promise<number> {
  if (kubeconfig === undefined || context === undefined || image === undefined || host === undefined)
    fail("a Job needs --kubeconfig, --context, --image and --host: give all four, or none");
  const place = { kubeconfig, context, image, host };
  const measured = await jobBesideLocal(place, asked.workers, asked, report);
  for (const line of jobLines(measured)) say(line);
  write({ measured });
  return measured.job.held === asked.connections ? 0 : 1;
}

function report(text: string): void {
  process.stderr.write(`${text}\n`);
}

function write(result: object): void {
  if (!isText) process.stdout.write(`${JSON.stringify({ thisMachine, ...result }, null, 2)}\n`);
}
