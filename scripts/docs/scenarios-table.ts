import { scenarioRow, SCENARIOS } from "../../harness/model/scenarios/scenarios.ts";
import { markdownTable } from "./generated-pages.ts";

/** Every scenario: what it measures, its command, and what it needs of Coder. */
export function scenariosTable(): string {
  return markdownTable(
    ["scenario", "measures", "command", "Coder", "licence", "Coder's utility (`coder exp scaletest`)"],
    SCENARIOS.map((name) => {
      const { measures, command, versions, licence, utility } = scenarioRow(name);
      return [
        `\`${name}\``,
        measures,
        `\`refbench ${command}\``,
        versions,
        licence ?? "none",
        utility === undefined ? "has none" : `\`${utility}\``,
      ];
    }),
  );
}
