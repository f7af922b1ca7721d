import type { Measurements, RunRecord } from "../../model/record/record.ts";
import { formatCount, formatDuration, formatLatency } from "./format.ts";

type Connections = Measurements["connections"];

/** How long connections were held: ` for 75 s`, or nothing where an earlier record does not say. */
export function holdWords({ holdMs }: Pick<RunRecord["load"], "holdMs">): string {
  return holdMs === undefined ? "" : ` for ${formatDuration(holdMs)}`;
}

/** How fast connections were opened, asked and how long they were held; undefined where an earlier record does not say. */
export function paceWords({
  holdMs,
  rampPerSecond,
  commandsPerSecond,
}: Pick<RunRecord["load"], "holdMs" | "rampPerSecond" | "commandsPerSecond">): string | undefined {
  if (holdMs === undefined || rampPerSecond === undefined || commandsPerSecond === undefined)
    return undefined;
  return `opened at ${formatCount(rampPerSecond)} a second, held for ${formatDuration(holdMs)} with ${formatCount(commandsPerSecond)} commands a second`;
}

/** When each of the held ones last proved that it carries: the closing round. */
export function provedWords({ lastProof }: Pick<Connections, "lastProof">): string {
  if (lastProof === undefined) return "no answer in a closing round";
  return `each answered within the last ${formatLatency(lastProof.maxMs * 1000)}`;
}

/** The server's own count of the connections that were held. */
export function serverCountWords({ serverGauge }: Pick<Connections, "serverGauge">): string {
  if (serverGauge === undefined) return "server's own count: not read";
  const { terminal, ssh } = serverGauge;
  return `server's own count: ${formatCount(terminal)} terminals, ${formatCount(ssh)} SSH`;
}

/** What a table that names connections says below itself: how long they were held, and where the server did not count them. */
export function holdLines(records: readonly RunRecord[]): readonly string[] {
  const { lengths, unread } = holdsOf(records, "rows");
  return [
    ...(lengths.length === 0 ? [] : [`Connections were held for ${lengths.join(", ")}.`]),
    ...(unread === undefined ? [] : [`Server's own count: ${unread}.`]),
  ];
}

/** What the cell of some nights' connections says beside its counts: how long they were held, and where the server did not count them. */
export function nightHoldWords(records: readonly RunRecord[]): readonly string[] {
  const { lengths, unread } = holdsOf(records, "nights");
  return [
    ...(lengths.length === 0 ? [] : [`held for ${lengths.join(" or ")}`]),
    ...(unread === undefined ? [] : [`server's own count: ${unread}`]),
  ];
}

/** The different lengths of the holds, shortest first, and how many records lack the server's own count; undefined when none does. */
function holdsOf(
  records: readonly RunRecord[],
  unit: "rows" | "nights",
): { readonly lengths: readonly string[]; readonly unread: string | undefined } {
  const held = records.filter(({ measurements }) => (measurements?.connections.asked ?? 0) > 0);
  const lengths = [...new Set(held.flatMap(({ load }) => load.holdMs ?? []))].sort((a, b) => a - b);
  const unread = held.filter(({ measurements }) => measurements?.connections.serverGauge === undefined);
  const share = unread.length === held.length ? "" : ` in ${unread.length} of ${held.length} ${unit}`;
  return {
    lengths: lengths.map((length) => formatDuration(length)),
    unread: unread.length === 0 ? undefined : `not read${share}`,
  };
}
