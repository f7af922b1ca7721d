import type { Measurements, RunRecord } from "../../model/record/record.ts";

/** A record that has measurements. */
export interface Measured {
  readonly record: RunRecord;
  readonly measurements: Measurements;
}

/** Something that is true of every record whose figures are true. */
export interface Rule<Of> {
  /** As messages name it: `workspaces-add-up`. */
  readonly name: string;
  /** What contradicts it, with the values, a sentence each; none where it holds or has nothing to look at. */
  readonly check: (of: Of) => readonly (string | false | undefined)[];
}

/** A figure with its name. */
export type Named = readonly [name: string, value: number];

/** A sentence unless both are the same, give or take. */
export function same([one, a]: Named, [other, b]: Named, tolerance = 0): string | undefined {
  return Math.abs(a - b) <= tolerance ? undefined : `${one} is ${shown(a)}, and ${other} is ${shown(b)}`;
}

/** A sentence unless the first is at most the second, give or take. */
export function atMost([one, a]: Named, [other, b]: Named, tolerance = 0): string | undefined {
  return a <= b + tolerance ? undefined : `${one} is ${shown(a)}, more than ${other}, which is ${shown(b)}`;
}

/** A sentence unless a share is between 0 and 1. */
export function shareRule([name, value]: Named): string | undefined {
  return value >= 0 && value <= 1 ? undefined : `${name} is ${shown(value)}, expected a share from 0 to 1`;
}

/** A sentence unless it is 0 or more. */
export function notNegative([name, value]: Named): string | undefined {
  return value >= 0 ? undefined : `${name} is ${shown(value)}, less than 0`;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function shown(value: number): string {
  return `${Math.round(value * 1000) / 1000}`;
}
