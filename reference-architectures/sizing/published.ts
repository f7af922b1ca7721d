import { VALIDATED, VALIDATED_SOURCE, type ValidatedFigures, type ValidatedName } from "../validated.ts";
import { formatNumber } from "./number-words.ts";

/** The page of the table and of the rules below, in few words. */
export const VALIDATED_PAGE = {
  name: "Coder's validated architectures",
  date: VALIDATED_SOURCE.date,
} as const;

/** The same page: 1 vCPU and 2 GB of coderd for every 250 users. */
export const USERS_RULE = { users: 250, cores: 1, memoryGib: 2 } as const;

/** The same page: 1 vCPU and 1 GB for every 2 concurrent builds. Its table has 1 vCPU and 1 GB for each build. */
export const BUILDS_RULE = { builds: 2, cores: 1, memoryGib: 1 } as const;

/** Coder's scale tests of April 2024: 1,000 users and 50 builds on a database of 2 vCPU and 7.5 GB. */
export const TESTED_DATABASE = {
  name: "Coder's scale tests",
  date: "2024-04-26",
  users: 1_000,
  cores: 2,
  memoryGib: 7.5,
} as const;

/** One row of the published table. */
export interface PublishedRow extends ValidatedFigures {
  readonly name: ValidatedName;
}

/** The rows of the published table, smallest first. */
export const PUBLISHED_ROWS: readonly PublishedRow[] = (
  Object.entries(VALIDATED) as [ValidatedName, ValidatedFigures][]
).map(([name, figures]) => ({ name, ...figures }));

/** The fewest users of the table. Below them only the rules by users and builds hold. */
export const FEWEST_PUBLISHED = Math.min(...PUBLISHED_ROWS.map(({ users }) => users));

/** A figure of the table at a number of users. */
export interface TableFigure {
  /** Not rounded. */
  readonly value: number;
  /** How it was computed, such as `4 + (10 - 4) × (5,000 - 3,000) / 7,000`; the row's name for a row itself. */
  readonly arithmetic: string;
  /** Whether the table has a row for exactly this number of users. */
  readonly isRow: boolean;
}

/**
 * Returns a figure of the table for a number of users, from 1,000 to 10,000. Between two rows it lies on a straight
 * line, which is an assumption of refbench's own.
 */
export function fromTable(users: number, pick: (row: PublishedRow) => number): TableFigure {
  const row = PUBLISHED_ROWS.find((each) => each.users === users);
  if (row !== undefined)
    return { value: pick(row), arithmetic: `row of ${formatNumber(users)} users`, isRow: true };
  const below = PUBLISHED_ROWS.findLast((each) => each.users < users);
  const above = PUBLISHED_ROWS.find((each) => each.users > users);
  if (below === undefined || above === undefined)
    throw new Error(`the table has no rows around ${users} users`);
  const [low, high, span] = [pick(below), pick(above), above.users - below.users];
  if (low === high)
    return {
      value: low,
      arithmetic: `${formatNumber(low)} in the rows of ${formatNumber(below.users)} and ${formatNumber(above.users)} users`,
      isRow: false,
    };
  return {
    value: low + ((high - low) * (users - below.users)) / span,
    arithmetic: `${formatNumber(low)} + (${formatNumber(high)} - ${formatNumber(low)}) × (${formatNumber(users)} - ${formatNumber(below.users)}) / ${formatNumber(span)}`,
    isRow: false,
  };
}
