import type { Measurements, RunRecord } from "../../model/record/record.ts";
import { formatDuration, formatLatency } from "./format.ts";
import { formatCount } from "../../tools/count-text.ts";

type Connections = Measurements["connections"];

/** Returns how long connections were held (` for 75 s`); empty for an earlier record without it. */
export function holdWords({ holdMs }: Pick<RunRecord["load"], "holdMs">): string {
  return holdMs === undefined ? "" : ` for ${formatDuration(holdMs)}`;
}

/** Describes the rate of opening and of commands, and the hold; undefined for an earlier record without them. */
export function paceWords({
  holdMs,
  rampPerSecond,
  commandsPerSecond,
}: Pick<RunRecord["load"], "holdMs" | "rampPerSecond" | "commandsPerSecond">): string | undefined {
  if (holdMs === undefined || rampPerSecond === undefined || commandsPerSecond === undefined)
    return undefined;
  return `opened at ${formatCount(rampPerSecond)} a second, held for ${formatDuration(holdMs)} with ${formatCount(commandsPerSecond)} commands a second`;
}

/** Reports the closing round, in which each held connection had to answer. */
export function provedWords({ lastProof }: Pick<Connections, "lastProof">): string {
  if (lastProof === undefined) return "no answer in a closing round";
  return `each answered within ${formatLatency(lastProof.maxMs * 1000)} of the end`;
}

/** Reports the server's own count of held connections. */
export function serverCountWords({ serverGauge }: Pick<Connections, "serverGauge">): string {
  if (serverGauge === undefined) return "server's own count: not read";
  const { terminal, ssh } = serverGauge;
  return `server's own count: ${formatCount(terminal)} terminals, ${formatCount(ssh)} SSH`;
}

/** Notes below a table of connections: how long they were held, and where the server's count is missing. */
export function holdLines(records: readonly RunRecord[]): readonly string[] {
  const { lengths, unread } = holdsOf(records, "rows");
  return [
    ...(lengths.length === 0 ? [] : [`Connections were held for ${lengths.join(", ")}.`]),
    ...(unread === undefined ? [] : [`Server's own count: ${unread}.`]),
  ];
}

/** Notes beside several nights' connections: how long they were held, and where the server's count is missing. */
export function nightHoldWords(records: readonly RunRecord[]): readonly string[] {
  const { lengths, unread } = holdsOf(records, "nights");
  return [
    ...(lengths.length === 0 ? [] : [`held for ${lengths.join(" or ")}`]),
    ...(unread === undefined ? [] : [`server's own count: ${unread}`]),
  ];
}

/** Returns the distinct hold lengths, shortest first, and how many records lack the server's count. */
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
