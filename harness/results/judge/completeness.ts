import { architectures } from "../../../reference-architectures/catalogue.ts";
import { objectivesFor } from "../../../reference-architectures/objectives.ts";
import { MEASURING_METHODS, type RunRecord } from "../../model/record/record.ts";
import { isCoderVersion } from "./coder-version.ts";
import { judge, type JudgedObjective } from "./objectives.ts";

/** Verdicts that only figures lead to. */
const BY_FIGURES: ReadonlySet<string> = new Set(["pass", "slo-failed", "generator-limited"]);

/** Why nothing in a record leads to its verdict; undefined where something does. Holds for every record. */
export function baselessVerdict({ verdict, measurements, objectives }: RunRecord): string | undefined {
  if (!BY_FIGURES.has(verdict)) return undefined;
  if (measurements === undefined) return `says ${verdict}, and holds no measurements that lead to it`;
  return objectives.length === 0 ? `says ${verdict}, and was judged by no objective` : undefined;
}

/**
 * What a record lacks of an official one, a sentence each: figures under its verdict, the objectives of its
 * architecture that fail a run, and a version. A list of objectives in the record itself proves nothing: whoever takes
 * a missed one out of it makes a pass. So an absent or a laxer one is judged from the figures.
 */
export function incompleteReasons(record: RunRecord): readonly string[] {
  const { coderVersion, architecture } = record;
  const baseless = baselessVerdict(record);
  if (baseless !== undefined) return [`a verdict without a base: it ${baseless}`];
  const version =
    coderVersion === undefined || isCoderVersion(coderVersion)
      ? []
      : ["a Coder version that is not a version"];
  if (!BY_FIGURES.has(record.verdict)) return version;
  const asked = failingObjectives(record);
  // A series of a former architecture stays: nothing says any more what it asked for.
  if (asked === undefined) return version;
  const own = new Set(record.objectives.map(({ name }) => name));
  const isOfToday = record.provenance.method === MEASURING_METHODS.at(-1);
  const absent = isOfToday ? asked.filter(({ name }) => !own.has(name)).map(({ name }) => name) : [];
  const missed = record.verdict === "pass" ? missedOf(asked, record) : [];
  return [
    ...version,
    ...(absent.length === 0 ? [] : [`objectives of ${architecture} are absent: ${absent.join(", ")}`]),
    ...(missed.length === 0
      ? []
      : [`a pass that misses what ${architecture} asks for: ${missed.join(", ")}`]),
  ];
}

/** The objectives of the record's architecture that fail a run when missed; undefined where it is not known. */
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

/** Names of those whose figure is in the record and beyond the threshold. What it never measured is another rule's. */
function missedOf(asked: readonly JudgedObjective[], { measurements }: RunRecord): readonly string[] {
  return judge(asked, measurements)
    .filter(({ met, judged, value }) => !met && judged !== false && value !== undefined)
    .map(({ name }) => name);
}
