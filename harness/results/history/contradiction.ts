import { messageOf } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { baselessVerdict } from "../judge/completeness.ts";
import { judgeRecord, OWN_OBJECTIVES } from "../judge-record.ts";
import { isFinal } from "./final.ts";

/** Why a final record cannot be believed by its own figures, in the words of `Unreadable`; undefined where it can. */
export function contradictionOf(record: RunRecord): string | undefined {
  if (!isFinal(record)) return undefined;
  const baseless = baselessVerdict(record);
  if (baseless !== undefined) return `${baseless}: it was changed, or cut off`;
  try {
    const { contradictsItself, differences } = judgeRecord(record, OWN_OBJECTIVES);
    if (!contradictsItself) return undefined;
    return `contradicts itself: ${differences.join("; ")}; it was changed, or judged by another refbench: "refbench check" on it shows all`;
  } catch (error) {
    return `cannot be judged: ${messageOf(error)}`;
  }
}
