import { ArchitectureError } from "../error.ts";
import { VALIDATED } from "../validated.ts";
import type { Basis } from "./basis.ts";
import { VALIDATED_PAGE } from "./published.ts";

/** The figures of a load that decide what it needs. */
export const LOAD_FIGURES = ["users", "workspaces", "builds", "connections"] as const;
export type LoadFigure = (typeof LOAD_FIGURES)[number];

/** A load: users, running workspaces, builds at once, and connections that are open at once. */
export type Load = Readonly<Record<LoadFigure, number>>;

/** A load as far as the user named it. */
export type AskedLoad = Readonly<Partial<Load>> & { readonly users: number };

/** A figure of a load, and what it rests on. */
export interface SizedFigure {
  readonly value: number;
  readonly basis: Basis;
}
export type SizedLoad = Readonly<Record<LoadFigure, SizedFigure>>;

/** Coder publishes no number of connections. The validated sizes have five for each user, and the seed has 8.3. */
export const CONNECTIONS_A_USER = 5;

const LARGEST = VALIDATED["validated-10k"];

/** The largest load that a rule covers: Coder's largest validated architecture. */
export const LARGEST_LOAD: Load = {
  users: LARGEST.users,
  workspaces: LARGEST.workspaces,
  builds: LARGEST.builds,
  connections: LARGEST.users * CONNECTIONS_A_USER,
};

/**
 * Completes a load. Figures that are not named follow from the users by the published ratios. Throws an
 * `ArchitectureError` for figures out of range, for figures that contradict each other, and for a load that no rule
 * covers.
 */
export function loadOf(asked: AskedLoad): SizedLoad {
  for (const figure of LOAD_FIGURES) refuseOutOfRange(figure, asked[figure]);
  const users = asked.users;
  const workspaces = asked.workspaces ?? Math.ceil((users * 6) / 10);
  const builds = asked.builds ?? Math.ceil(workspaces / 10);
  const connections = asked.connections ?? Math.max(users * CONNECTIONS_A_USER, workspaces);
  const load = { users, workspaces, builds, connections };
  refuseContradiction(load, asked);
  return Object.fromEntries(
    LOAD_FIGURES.map((figure) => [
      figure,
      { value: load[figure], basis: asked[figure] === undefined ? DEFAULTS[figure] : { kind: "asked" } },
    ]),
  ) as Record<LoadFigure, SizedFigure>;
}

/** Returns the plain figures of a load. */
export function figuresOf({ users, workspaces, builds, connections }: SizedLoad): Load {
  return {
    users: users.value,
    workspaces: workspaces.value,
    builds: builds.value,
    connections: connections.value,
  };
}

const DEFAULTS: Readonly<Record<LoadFigure, Basis>> = {
  users: { kind: "asked" },
  workspaces: {
    kind: "published",
    source: `${VALIDATED_PAGE.name}: 0.6 for each user`,
    date: VALIDATED_PAGE.date,
  },
  builds: {
    kind: "published",
    source: `${VALIDATED_PAGE.name}: a tenth of the workspaces`,
    date: VALIDATED_PAGE.date,
  },
  connections: {
    kind: "assumed",
    why: "5 for each user, as in the validated sizes; the seed has 8.3, and Coder publishes none",
  },
};

function refuseOutOfRange(figure: LoadFigure, value: number | undefined): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || value < 1)
    throw new ArchitectureError(`--${figure}`, value, "a whole number of at least 1");
  if (value <= LARGEST_LOAD[figure]) return;
  const why =
    figure === "connections"
      ? `${CONNECTIONS_A_USER} for each of the most users that a published rule covers`
      : "Coder's largest validated architecture";
  throw new ArchitectureError(
    `--${figure}`,
    value,
    `at most ${LARGEST_LOAD[figure]}, ${why}: no published rule and no listed size covers more, so there is no answer; split the load over several deployments, or measure a size of your own with "refbench run --set"`,
  );
}

function refuseContradiction({ users, workspaces, builds, connections }: Load, asked: AskedLoad): void {
  const from = asked.workspaces === undefined ? `0.6 for each of ${users} users` : "--workspaces";
  if (builds > workspaces)
    throw new ArchitectureError(
      "--builds",
      builds,
      `at most ${workspaces}, one for each workspace (${from})`,
    );
  if (connections < workspaces)
    throw new ArchitectureError(
      "--connections",
      connections,
      `at least ${workspaces}, one for each workspace (${from})`,
    );
}
