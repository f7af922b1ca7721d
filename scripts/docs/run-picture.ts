import { RUN_STAGES, type Stage, TEARDOWN_STAGES } from "../../harness/model/record/stage.ts";
import { arrow, boxOf, drawing, textLine } from "./drawing.ts";

/** A description of each stage, in lines that fit its box. */
const WHAT: Readonly<Record<Stage, readonly string[]>> = {
  preflight: ["asks the cloud for quota,", "permissions and images;", "creates nothing"],
  provision: ["Terraform creates network,", "Postgres and Coder;", "clean-up is journalled first"],
  bootstrap: ["makes the site admin and", "the template, waits for", "the provisioner daemons"],
  load: ["makes users, workspaces", "and connections, holds", "them and measures"],
  drain: ["Coder deletes workspaces", "and users, so that their", "disks and machines go"],
  destroy: ["Terraform destroys the", "stacks, in reverse order"],
  sweep: ["removes what is still in", "the inventory"],
  audit: ["compares inventory, state", "and journal; only their", "agreement is clean"],
};

const [WIDTH, BOX_WIDTH, BOX_HEIGHT, GAP] = [974, 214, 100, 26];
const [FIRST_ROW, SECOND_ROW, REAPER] = [60, 200, 328];
const TITLE = "A run: its stages, and the two processes that look after it";

/** A whole run as SVG: the stages in their order, and which process drives them. */
export function runPicture(): string {
  return drawing({ width: WIDTH, height: 420, title: TITLE }, [
    textLine(
      20,
      32,
      "The driver (your command) runs the stages; a failure or Ctrl-C skips to the drain",
      true,
    ),
    ...row(RUN_STAGES, FIRST_ROW),
    ...row(TEARDOWN_STAGES, SECOND_ROW),
    arrow(turn()),
    `<rect x="20" y="${REAPER}" width="${WIDTH - 40}" height="72" rx="6" fill="#ffffff" stroke="#57606a" stroke-dasharray="6 4"/>`,
    textLine(34, REAPER + 28, "Reaper: a second process, started before anything is created", true),
    textLine(
      34,
      REAPER + 50,
      "When the driver ends or hangs, or the run expires, it does the second row. On a lost machine, a teardown or a sweep does.",
    ),
  ]);
}

function row(stages: readonly Stage[], y: number): readonly string[] {
  return stages.flatMap((stage, index) => {
    const x = xOf(index);
    const box = boxOf({ x, y, width: BOX_WIDTH, height: BOX_HEIGHT, title: stage, lines: WHAT[stage] });
    return index === 0 ? [box] : [arrow(`M${x - GAP} ${y + BOX_HEIGHT / 2}H${x - 2}`), box];
  });
}

/** From the end of the first row to the start of the second. */
function turn(): string {
  const between = (FIRST_ROW + BOX_HEIGHT + SECOND_ROW) / 2;
  const [end, start] = [xOf(RUN_STAGES.length - 1), xOf(0)].map((x) => x + BOX_WIDTH / 2);
  return `M${end} ${FIRST_ROW + BOX_HEIGHT}V${between}H${start}V${SECOND_ROW - 2}`;
}

function xOf(index: number): number {
  return 20 + index * (BOX_WIDTH + GAP);
}
