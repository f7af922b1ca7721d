import { CONNECTIONS_A_USER, LOAD_FIGURES, type LoadFigure, type SizedLoad } from "./load.ts";
import { formatNumber } from "./number-words.ts";

/** The place of a load in the published table. */
export interface Position {
  /** The number of users whose row of the table carries every figure of the load. */
  readonly users: number;
  readonly decidedBy: LoadFigure;
  /** Why, if another figure than the users decides. */
  readonly words?: string;
}

/** Users of the table for one unit of each figure, as a fraction: the table has 60 builds for 1,000 users. */
const USERS_FOR: Readonly<Record<LoadFigure, readonly [number, number]>> = {
  users: [1, 1],
  workspaces: [10, 6],
  builds: [100, 6],
  connections: [1, CONNECTIONS_A_USER],
};

/**
 * Returns the row of the table, or the place between two rows, that carries a load. The figure that needs most users
 * decides. Figures that follow from the users by the table's own ratios have no vote.
 */
export function positionOf(load: SizedLoad): Position {
  let position: Position = { users: load.users.value, decidedBy: "users" };
  for (const figure of LOAD_FIGURES) {
    const { value, basis } = load[figure];
    if (basis.kind !== "asked") continue;
    const [times, by] = USERS_FOR[figure];
    const users = Math.ceil((value * times) / by);
    if (users <= position.users) continue;
    position = {
      users,
      decidedBy: figure,
      words: `${formatNumber(value)} ${figure} are those of ${formatNumber(users)} users`,
    };
  }
  return position;
}
