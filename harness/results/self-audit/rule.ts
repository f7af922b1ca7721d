import type { Measurements, RunRecord } from "../../model/record/record.ts";

/** A record that has measurements. */
export interface Measured {
  readonly record: RunRecord;
  readonly measurements: Measurements;
}

/** A statement that holds for every record whose figures can be true. */
export interface Rule<Of> {
  /** Its name in messages: `workspaces-add-up`. */
  readonly name: string;
  /** Returns each contradiction as a sentence with its values; empty if the rule holds or does not apply. */
  readonly check: (of: Of) => readonly (string | false | undefined)[];
}

/** A figure with its name. */
export type Named = readonly [name: string, value: number];

/** Returns a sentence unless both values are equal within the tolerance. */
export function same([one, a]: Named, [other, b]: Named, tolerance = 0): string | undefined {
  return Math.abs(a - b) <= tolerance ? undefined : `${one} is ${shown(a)}, and ${other} is ${shown(b)}`;
}

/** Returns a sentence unless the first value is at most the second, within the tolerance. */
export function atMost([one, a]: Named, [other, b]: Named, tolerance = 0): string | undefined {
  return a <= b + tolerance ? undefined : `${one} is ${shown(a)}, more than ${other}, which is ${shown(b)}`;
}

/** Returns a sentence unless a share is between 0 and 1. */
export function checkShare([name, value]: Named): string | undefined {
  return value >= 0 && value <= 1 ? undefined : `${name} is ${shown(value)}, expected a share from 0 to 1`;
}

/** Returns a sentence unless a value is 0 or more. */
export function notNegative([name, value]: Named): string | undefined {
  return value >= 0 ? undefined : `${name} is ${shown(value)}, less than 0`;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function shown(value: number): string {
  return `${Math.round(value * 1000) / 1000}`;
}
