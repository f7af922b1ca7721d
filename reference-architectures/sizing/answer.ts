import type { Architecture, Size } from "../architecture.ts";
import { ArchitectureError } from "../error.ts";
import { type Candidate, candidatesOf } from "./choose-listed.ts";
import { type ClusterArchitecture, computeSize, hasRules } from "./compute-size.ts";
import { contradictionsOf, type RuleContradiction } from "./contradictions.ts";
import { differencesOf, type RuleDifference } from "./differences.ts";
import { type AskedLoad, figuresOf, loadOf, type SizedLoad } from "./load.ts";
import { type Distance, distanceTo, findNearest, type MeasuredRow } from "./measured-row.ts";
import { doubtsOf, measuredBasis } from "./measured-basis.ts";
import { needOfLoad } from "./need.ts";
import { type Settings, settingsFor } from "./overrides.ts";
import { partsOf, type SizedPart } from "./parts.ts";
import { type Terms, termsOf } from "./terms.ts";

/** The version of an answer's JSON. */
export const ANSWER_VERSION = 1;

/** A listed size with its price. */
export interface ListedChoice extends Candidate {
  readonly terms: Terms;
}

/** The deployment for exactly the asked load. */
export interface ComputedDeployment {
  readonly architecture: string;
  readonly parts: readonly (SizedPart & { readonly distance?: Distance })[];
  readonly terms: Terms;
  /** Measured rows that failed under no more load with no less: the rules may not be enough. */
  readonly doubts: readonly Pick<MeasuredRow, "runId" | "date" | "architecture" | "size">[];
  /** How refbench runs it: a listed size with `--set` values. */
  readonly settings: Settings;
  /** All figures, as a size. */
  readonly size: Size;
}

/** The answer for one architecture. */
export interface ArchitectureAnswer {
  readonly architecture: string;
  readonly region: string;
  /** The smallest listed size that will do; absent if there is none. */
  readonly listed?: ListedChoice;
  /** Smaller listed sizes that have every figure of the load, and why they will not do. */
  readonly refused: readonly Candidate[];
  /** Absent where no published rule describes this kind of deployment. */
  readonly computed?: ComputedDeployment;
  /** Why nothing is computed. */
  readonly whyNotComputed?: string;
}

/** What a load needs, what that costs, and what each figure rests on. */
export interface Answer {
  readonly schemaVersion: typeof ANSWER_VERSION;
  readonly load: SizedLoad;
  /** The place of the load in Coder's table, if another figure than the users decides. */
  readonly decidedBy?: string;
  readonly cloud: Architecture["cloud"];
  readonly architectures: readonly ArchitectureAnswer[];
  readonly differences: readonly RuleDifference[];
  readonly contradictions: readonly RuleContradiction[];
  /** Rows of real clouds by nights, which count. */
  readonly measuredRows: number;
  readonly notUsed: UnusedRows;
}

/** Records that say nothing about a size, by the reason. */
export interface UnusedRows {
  readonly simulated: number;
  readonly unofficial: number;
  /** Official, with another verdict than a pass or missed objectives. */
  readonly inconclusive: number;
}

/** Where the load shall run. */
export interface Where {
  readonly cloud?: Architecture["cloud"];
  readonly architecture?: string;
}

const CLOUDS = ["google", "aws", "kubernetes"] as const;

/**
 * Returns the answer for a load. Throws an `ArchitectureError` for a load that no rule covers, for figures that
 * contradict each other, and for a cloud that the architecture is not in.
 */
export function answerFor(
  asked: AskedLoad,
  where: Where,
  {
    catalogue,
    rows,
    notUsed = { simulated: 0, unofficial: 0, inconclusive: 0 },
  }: {
    readonly catalogue: ReadonlyMap<string, Architecture>;
    readonly rows: readonly MeasuredRow[];
    readonly notUsed?: UnusedRows;
  },
): Answer {
  const chosen = architecturesFor(where, catalogue);
  const load = loadOf(asked);
  const need = needOfLoad(load);
  const cloud = chosen[0].cloud;
  const rules = rulesFor(cloud, catalogue);
  const demand = {
    load: figuresOf(load),
    tableUsers: need.position.users,
    computed: computeSize(rules, load, need),
  };
  return {
    schemaVersion: ANSWER_VERSION,
    load,
    ...(need.position.words === undefined ? {} : { decidedBy: need.position.words }),
    cloud,
    architectures: chosen.map((architecture) => {
      const { name, region } = architecture;
      const candidates = candidatesOf(architecture, demand, rows);
      const fits = candidates.find(({ refusedFor }) => refusedFor.length === 0);
      const smaller = fits === undefined ? candidates : candidates.slice(0, candidates.indexOf(fits));
      const size = fits === undefined ? undefined : architecture.sizes[fits.size];
      return {
        architecture: name,
        region,
        ...(fits === undefined || size === undefined
          ? {}
          : { listed: { ...fits, terms: termsOf(architecture, size) } }),
        refused: smaller,
        ...(hasRules(architecture)
          ? { computed: computed(architecture, load, rows) }
          : {
              whyNotComputed:
                "Coder's rules describe clusters, none a single machine or a machine for each workspace: only its listed sizes are known",
            }),
      };
    }),
    differences: differencesOf(need),
    contradictions: contradictionsOf(rows, catalogue, rules),
    measuredRows: rows.length,
    notUsed,
  };
}

function computed(
  architecture: ClusterArchitecture,
  load: SizedLoad,
  rows: readonly MeasuredRow[],
): ComputedDeployment {
  const need = needOfLoad(load);
  const size = computeSize(architecture, load, need);
  const figures = figuresOf(load);
  const nearest = findNearest(rows, figures, architecture.name);
  return {
    architecture: architecture.name,
    parts: partsOf(architecture, size, need).map((part) => ({
      ...part,
      restsOn: measuredBasis(architecture, { id: part.id, size, load: figures }, rows) ?? part.restsOn,
      ...(nearest === undefined ? {} : { distance: distanceTo(nearest, figures, part.drivenBy) }),
    })),
    terms: termsOf(architecture, size),
    doubts: doubtsOf(architecture, size, figures, rows),
    settings: settingsFor(architecture, size),
    size,
  };
}

/** Coder's rules are about clusters: for single machines those of the same cloud's cluster count. */
function rulesFor(
  cloud: Architecture["cloud"],
  catalogue: ReadonlyMap<string, Architecture>,
): ClusterArchitecture {
  const found = [...catalogue.values()].find((each) => each.cloud === cloud && hasRules(each));
  if (found === undefined || !hasRules(found)) throw new Error(`no architecture on a cluster of ${cloud}`);
  return found;
}

function architecturesFor(
  { cloud, architecture }: Where,
  catalogue: ReadonlyMap<string, Architecture>,
): readonly [Architecture, ...Architecture[]] {
  if (architecture !== undefined) {
    const named = catalogue.get(architecture);
    if (named === undefined)
      throw new ArchitectureError(
        "--architecture",
        architecture,
        `one of ${[...catalogue.keys()].join(", ")}`,
      );
    if (cloud !== undefined && cloud !== named.cloud)
      throw new ArchitectureError(
        "--cloud",
        cloud,
        `${named.cloud}, where ${architecture} is; or leave one of both out`,
      );
    return [named];
  }
  const asked = cloud ?? CLOUDS[0];
  const [first, ...others] = [...catalogue.values()].filter((each) => each.cloud === asked);
  if (first === undefined) throw new ArchitectureError("--cloud", asked, `one of ${CLOUDS.join(", ")}`);
  return [first, ...others];
}
