import type { Measurements, RunRecord } from "../../model/record/record.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** The figures of a row by name, each read from one night's measurements. */
const FIGURES = {
  usersCreated: ({ users }) => users.created,
  usersWithWorkspace: ({ users }) => users.withWorkspace,
  workspacesAsked: ({ workspaces }) => workspaces.asked,
  workspacesSucceeded: ({ workspaces }) => workspaces.succeeded,
  buildsPeak: ({ builds }) => builds.peakRunning,
  buildsOverTime: ({ builds }) => builds.timeWeightedRunning,
  buildsCapacity: ({ builds }) => builds.capacity,
  connectionsAsked: ({ connections }) => connections.asked,
  connectionsHeld: ({ connections }) => connections.held,
  terminalsHeld: ({ connections }) => connections.heldTerminal,
  sshHeld: ({ connections }) => connections.heldSsh,
} as const satisfies Record<string, (measurements: Measurements) => number>;

/** The name of a figure in a row. */
export type FigureName = keyof typeof FIGURES;

/** Median and range of each figure of a row. */
export type NightFigures = Readonly<Record<FigureName, Spread>> & {
  /** Successful builds a minute, while builds were queued if they ever were; absent if no night recorded it. */
  readonly buildsPerMinute?: Spread;
};

/** Returns the figures over these nights; undefined if none of them measured anything. */
export function figuresOver(records: readonly RunRecord[]): NightFigures | undefined {
  const measured = records.flatMap(({ measurements }) => (measurements === undefined ? [] : [measurements]));
  if (measured.length === 0) return undefined;
  const figures = Object.fromEntries(
    Object.entries(FIGURES).map(([name, read]) => [name, spreadOf(measured.map(read))]),
  ) as Record<FigureName, Spread>;
  const perMinute = spreadOf(
    measured.flatMap(({ builds }) => builds.whileFull?.perMinute ?? builds.perMinute ?? []),
  );
  return { ...figures, ...(perMinute === undefined ? {} : { buildsPerMinute: perMinute }) };
}
