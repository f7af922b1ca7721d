import { architectures } from "../../../reference-architectures/catalogue.ts";
import { objectivesFor } from "../../../reference-architectures/objectives.ts";
import { MEASURING_METHODS, type RunRecord } from "../../model/record/record.ts";
import { isCoderVersion } from "./coder-version.ts";
import { judge, type JudgedObjective } from "./objectives.ts";

/** Verdicts that only figures can lead to. */
const BY_FIGURES: ReadonlySet<string> = new Set(["pass", "slo-failed", "generator-limited"]);

/** Explains why nothing in a record supports its verdict; undefined if something does. Applies to every record. */
export function baselessVerdict({ verdict, measurements, objectives }: RunRecord): string | undefined {
  if (!BY_FIGURES.has(verdict)) return undefined;
  if (measurements === undefined) return `says ${verdict}, but holds no measurements that support it`;
  return objectives.length === 0 ? `says ${verdict}, but has no objectives` : undefined;
}

/**
 * Lists what a record lacks to be official, one sentence each: figures for its verdict, all failing objectives of its
 * architecture, and a version. The record's own list of objectives proves nothing, because removing a missed one would
 * make it a pass. Absent or relaxed objectives are therefore judged from the figures.
 */
export function incompleteReasons(record: RunRecord): readonly string[] {
  const { coderVersion, architecture } = record;
  const baseless = baselessVerdict(record);
  if (baseless !== undefined) return [`an unsupported verdict: it ${baseless}`];
  const version =
    coderVersion === undefined || isCoderVersion(coderVersion)
      ? []
      : ["a Coder version that is not a version"];
  if (!BY_FIGURES.has(record.verdict)) return version;
  const asked = failingObjectives(record);
  // Nothing says any more which objectives a removed architecture had: its series stays.
  if (asked === undefined) return version;
  const own = new Set(record.objectives.map(({ name }) => name));
  const isOfToday = record.provenance.method === MEASURING_METHODS.at(-1);
  const absent = isOfToday ? asked.filter(({ name }) => !own.has(name)).map(({ name }) => name) : [];
  const missed = record.verdict === "pass" ? missedOf(asked, record) : [];
  return [
    ...version,
    ...(absent.length === 0 ? [] : [`missing objectives of ${architecture}: ${absent.join(", ")}`]),
    ...(missed.length === 0
      ? []
      : [`a pass although objectives of ${architecture} are missed: ${missed.join(", ")}`]),
  ];
}

/** Returns the objectives of the record's architecture that fail a run; undefined if the architecture is unknown. */
function failingObjectives({
  architecture,
  size,
  load,
  simulated,
}: RunRecord): readonly JudgedObjective[] | undefined {
  const found = architectures.get(architecture);
  if (found === undefined) return undefined;
  const figures = { workspaces: load.workspaces, concurrentBuilds: Math.max(1, load.concurrentBuilds) };
  return objectivesFor(found.objectives, { size, figures, simulated }).filter(
    ({ severity }) => severity !== "warn",
  );
}

/** Names objectives whose figure is beyond the threshold. Another rule covers figures that were not measured. */
function missedOf(asked: readonly JudgedObjective[], { measurements }: RunRecord): readonly string[] {
  return judge(asked, measurements)
    .filter(({ met, judged, value }) => !met && judged !== false && value !== undefined)
    .map(({ name }) => name);
}
