import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { ObservedProfile } from "../../model/observation/observation.ts";
import { fourDigits } from "../../model/observation/four-digits.ts";

type Functions = NonNullable<ObservedProfile["cpu"]>;

const MOST_FUNCTIONS = 10;
const MOST_CHARACTERS = 200;
/** A profile of seconds has less than 1 MiB unpacked. */
const MOST_BYTES = 64 * 2 ** 20;
const unpack = promisify(gunzip);

/**
 * The functions that used most CPU themselves, as `go tool pprof -top` lists them: by the innermost function of each
 * stack, with its share of the profile's CPU. An idle server's profile has none.
 * https://github.com/google/pprof/blob/main/proto/profile.proto
 * @throws where the bytes are not a CPU profile
 */
export async function readCpuProfile(gzipped: Buffer): Promise<Functions> {
  const { Profile } = await import("pprof-format");
  const profile = Profile.decode(await unpack(gzipped, { maxOutputLength: MOST_BYTES }));
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? "";
  const column = profile.sampleType.findIndex(({ type }) => text(type) === "cpu");
  if (column < 0) throw new Error("the answer is not a CPU profile");
  const names = new Map(profile.function.map(({ id, name }) => [Number(id), text(name)]));
  const innermost = new Map(
    profile.location.map(({ id, line }) => [Number(id), names.get(Number(line[0]?.functionId))]),
  );
  const own = new Map<string, number>();
  let all = 0;
  for (const { locationId, value } of profile.sample) {
    const nanoseconds = Number(value[column] ?? 0);
    const name = innermost.get(Number(locationId[0])) ?? "(unknown)";
    own.set(name, (own.get(name) ?? 0) + nanoseconds);
    all += nanoseconds;
  }
  if (all <= 0) return [];
  return [...own]
    .sort(([one, ownOfOne], [other, ownOfOther]) => ownOfOther - ownOfOne || one.localeCompare(other))
    .slice(0, MOST_FUNCTIONS)
    .map(([name, nanoseconds]) => ({
      function: name.slice(0, MOST_CHARACTERS),
      share: fourDigits(nanoseconds / all),
    }));
}

/** The number that Go's text format of goroutines begins with. @throws where there is none */
export function readGoroutines(text: Buffer): number {
  const [, count] = /^goroutine profile: total (\d+)/.exec(text.subarray(0, 100).toString()) ?? [];
  if (count === undefined) throw new Error("the answer is not a profile of goroutines");
  return Number(count);
}
