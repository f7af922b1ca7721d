import { messageOf } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { baselessVerdict } from "../judge/completeness.ts";
import { judgeRecord, OWN_OBJECTIVES } from "../judge-record.ts";
import { isFinal } from "./final.ts";

/** Explains why a final record contradicts its own figures, to follow a path (`Unreadable`); undefined if it does not. */
export function contradictionOf(record: RunRecord): string | undefined {
  if (!isFinal(record)) return undefined;
  const baseless = baselessVerdict(record);
  if (baseless !== undefined) return `${baseless}: it was changed or truncated`;
  try {
    const { contradictsItself, differences } = judgeRecord(record, OWN_OBJECTIVES);
    if (!contradictsItself) return undefined;
    return `contradicts itself: ${differences.join("; ")}; it was changed, or judged by another version of refbench: "refbench check" shows the details`;
  } catch (error) {
    return `cannot be judged: ${messageOf(error)}`;
  }
}
