import { isGeneratorsOwnLoss } from "../../model/record/parts.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { atMost, type Measured, notNegative, type Rule, same } from "./rule.ts";

/** Verdicts that a load can only have if all of it was made. */
const WHOLE: ReadonlySet<RunRecord["verdict"]> = new Set<RunRecord["verdict"]>(["pass", "slo-failed"]);

/** A load that lost a part says so in its windows and its verdict, and judges nothing. */
export const lostPartsAreTold: Rule<Measured> = {
  name: "lost-parts-are-told",
  check: ({ record, measurements: { lostParts = [], windows = [], generator } }) => {
    const judged = record.objectives.filter((one) => one.judged !== false && one.value !== undefined);
    return [
      ...windows.map((window, index) =>
        same(
          [`lost parts that window ${index + 1} marks`, window.lostParts ?? 0],
          [
            "those without figures in it",
            lostParts.filter((lost) => lost.knownUntilMs < window.endMs).length,
          ],
        ),
      ),
      ...lostParts.flatMap(({ part, of, knownUntilMs, atMs, unmeasured }) => [
        atMost(["the number of a lost part", part], ["the parts", of]),
        atMost(["the time until which a lost part is known, ms,", knownUntilMs], ["its loss", atMs]),
        notNegative(["workspaces that a lost part did not measure", unmeasured.workspaces]),
        notNegative(["connections that a lost part did not measure", unmeasured.connections]),
      ]),
      new Set(lostParts.map(({ part }) => part)).size < lostParts.length && "a part was lost twice",
      ...(lostParts.length === 0
        ? []
        : [
            WHOLE.has(record.verdict) &&
              `the verdict is ${record.verdict}, although ${lostParts.length} of the load's parts were lost`,
            judged.length > 0 && `${judged.length} objectives are judged by a load that lost a part`,
            lostParts.some(isGeneratorsOwnLoss) &&
              !generator.limited &&
              "a part was lost for lack of memory or CPU, and the generator is not limited",
          ]),
    ];
  },
};
