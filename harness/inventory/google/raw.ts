import { list, record } from "./refusal.ts";

/** A resource as an API returns it. */
export type Raw = Readonly<Record<string, unknown>>;

/** Returns every text at a path such as `backends.group`, through lists on the way. */
export function textsAt(raw: Raw, path: string): readonly string[] {
  let values: readonly unknown[] = [raw];
  for (const field of path.split(".")) {
    values = values.flatMap((value) => {
      const next = record(value)[field];
      return Array.isArray(next) ? list(next) : [next];
    });
  }
  return values.filter((value): value is string => typeof value === "string");
}

/** Returns the text at a path, if it exists. */
export function textAt(raw: Raw, path: string): string | undefined {
  return textsAt(raw, path)[0];
}

/** Returns the labels at a path. */
export function labelsAt(raw: Raw, path: string): Readonly<Record<string, string>> {
  let value: unknown = raw;
  for (const field of path.split(".")) value = record(value)[field];
  return Object.fromEntries(
    Object.entries(record(value)).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** Returns `projects/…` of a link, without its host and version. */
export function pathOfLink(link: string): string | undefined {
  return /(?:^|\/)(projects\/.+)$/.exec(link)?.[1];
}
