import { DAEMON_GIB } from "../capacity/build-rules.ts";
import type { Basis } from "./basis.ts";
import type { LoadFigure, SizedLoad } from "./load.ts";
import { countWords, formatNumber } from "./number-words.ts";
import { type Position, positionOf } from "./position.ts";
import {
  FEWEST_PUBLISHED,
  fromTable,
  type TableFigure,
  TESTED_DATABASE,
  USERS_RULE,
  VALIDATED_PAGE,
} from "./published.ts";

/** Processes or one machine that a load needs: how many, and the resources of each. */
export interface NeededPart {
  readonly count: number;
  /** vCPU and GiB of each. */
  readonly cores: number;
  readonly memoryGib: number;
  /** One line for each figure: how it follows from the load. */
  readonly arithmetic: readonly string[];
  readonly restsOn: Basis;
  /** The figure of the load that decides. */
  readonly drivenBy: LoadFigure;
}

/** What a load needs by Coder's rules, wherever it is deployed. */
export interface Need {
  readonly position: Position;
  /** Replicas of coderd, without the builds. */
  readonly coder: NeededPart;
  /** Builds at once, each with a provisioner. */
  readonly provisioners: NeededPart & { readonly placed: "builtin" | "external" };
  readonly database: NeededPart;
}

/** Ours: as many daemons as the seed puts into one replica. */
const MOST_BUILTIN = 30;

const TABLE: Basis = { kind: "published", source: VALIDATED_PAGE.name, date: VALIDATED_PAGE.date };
const BETWEEN_ROWS: Basis = {
  kind: "assumed",
  why: `a straight line between two rows of ${VALIDATED_PAGE.name} (published ${VALIDATED_PAGE.date})`,
};

/** Returns what a load needs by Coder's rules. Where two rules differ, the larger counts. */
export function needOfLoad(load: SizedLoad): Need {
  const position = positionOf(load);
  return {
    position,
    coder: coderNeed(position),
    provisioners: provisionerNeed(load.builds.value, position),
    database: databaseNeed(position),
  };
}

/** Returns the vCPU of coderd, all replicas together, that the rule by users demands. */
export function coresByUsers(users: number): number {
  return Math.ceil((users * USERS_RULE.cores) / USERS_RULE.users);
}

function coderNeed({ users, decidedBy }: Position): NeededPart {
  const byUsers = coresByUsers(users);
  if (users < FEWEST_PUBLISHED)
    return {
      count: 1,
      cores: byUsers,
      memoryGib: byUsers * USERS_RULE.memoryGib,
      arithmetic: [
        `${byUsers} vCPU = ceil(${countWords(users, "user")} / ${USERS_RULE.users}), and ${USERS_RULE.memoryGib} GiB for each`,
      ],
      restsOn: {
        kind: "published",
        source: `${VALIDATED_PAGE.name}: 1 vCPU and 2 GB for every 250 users`,
        date: VALIDATED_PAGE.date,
      },
      drivenBy: decidedBy,
    };
  const replicas = fromTable(users, (row) => row.coder.replicas);
  const cores = fromTable(users, (row) => row.coder.cores);
  const memory = fromTable(users, (row) => row.coder.memoryGib);
  const each = Math.ceil(cores.value);
  const gib = Math.ceil(memory.value);
  const count = Math.max(
    Math.ceil(replicas.value),
    Math.ceil(byUsers / each),
    Math.ceil((byUsers * USERS_RULE.memoryGib) / gib),
  );
  return {
    count,
    cores: each,
    memoryGib: gib,
    arithmetic: tableLines([
      [count, "replicas", replicas],
      [each, "vCPU each", cores],
      [gib, "GiB each", memory],
    ]),
    restsOn: replicas.isRow ? TABLE : BETWEEN_ROWS,
    drivenBy: decidedBy,
  };
}

function provisionerNeed(builds: number, { users }: Position): Need["provisioners"] {
  const isBuiltin = users < FEWEST_PUBLISHED && builds <= MOST_BUILTIN;
  return {
    placed: isBuiltin ? "builtin" : "external",
    count: builds,
    cores: 1,
    memoryGib: DAEMON_GIB,
    arithmetic: [
      `${countWords(builds, "provisioner")} = one for each of ${countWords(builds, "build")} at once, 1 vCPU and 1 GiB each`,
    ],
    restsOn: TABLE,
    drivenBy: "builds",
  };
}

function databaseNeed({ users, decidedBy }: Position): NeededPart {
  if (users < FEWEST_PUBLISHED) {
    const smallest = fromTable(FEWEST_PUBLISHED, (row) => row.database.cores).value;
    const memory = fromTable(FEWEST_PUBLISHED, (row) => row.database.memoryGib).value;
    const share = users / FEWEST_PUBLISHED;
    // An even number of cores, as Cloud SQL has them, and memory as in the row: 3.75 GiB for each.
    const cores = Math.max(TESTED_DATABASE.cores, Math.ceil((smallest * share) / 2) * 2);
    return {
      count: 1,
      cores,
      memoryGib: (cores * memory) / smallest,
      arithmetic: [
        `${cores} vCPU = at least ${TESTED_DATABASE.cores}, and ${smallest} × ${formatNumber(users)} / ${formatNumber(FEWEST_PUBLISHED)} = ${formatNumber(smallest * share)}, rounded up to even`,
      ],
      restsOn: {
        kind: "assumed",
        why: `a share of the smallest row of ${VALIDATED_PAGE.name} (published ${VALIDATED_PAGE.date}), at least the database of ${TESTED_DATABASE.name} (published ${TESTED_DATABASE.date})`,
      },
      drivenBy: decidedBy,
    };
  }
  const cores = fromTable(users, (row) => row.database.cores);
  const memory = fromTable(users, (row) => row.database.memoryGib);
  const vcpu = Math.ceil(cores.value / 2) * 2;
  // Whole cores need at least as much memory for each as the table gives.
  const gib = Math.max(Math.ceil(memory.value), Math.ceil((vcpu * memory.value) / cores.value));
  return {
    count: 1,
    cores: vcpu,
    memoryGib: gib,
    arithmetic: tableLines([
      [vcpu, "vCPU, an even number", cores],
      [gib, "GiB", memory],
    ]),
    restsOn: cores.isRow ? TABLE : BETWEEN_ROWS,
    drivenBy: decidedBy,
  };
}

function tableLines(lines: readonly (readonly [number, string, TableFigure])[]): readonly string[] {
  const rows = lines.filter(([, , figure]) => figure.isRow);
  if (rows.length === lines.length) return [`the table's ${rows[0]?.[2].arithmetic ?? ""}`];
  return lines.map(([value, unit, { value: exact, arithmetic }]) => {
    const between =
      Number.isInteger(exact) && !arithmetic.includes("×") ? "" : ` = ${formatNumber(exact)}, rounded up`;
    return `${formatNumber(value)} ${unit}: ${arithmetic}${between}`;
  });
}
