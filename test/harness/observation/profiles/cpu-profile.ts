import { gzipSync } from "node:zlib";
import { Function, Line, Location, Profile, Sample, StringTable, ValueType } from "pprof-format";

/** A CPU profile as Go writes it, of stacks with the innermost function first. */
export function cpuProfile(
  stacks: readonly { readonly stack: readonly string[]; readonly milliseconds: number }[],
  type = "cpu",
): Buffer {
  const strings = new StringTable();
  const text = (each: string): number => strings.dedup(each);
  const names = [...new Set(stacks.flatMap(({ stack }) => stack))];
  const id = (name: string): number => names.indexOf(name) + 1;
  const profile = new Profile({
    sampleType: [
      new ValueType({ type: text("samples"), unit: text("count") }),
      new ValueType({ type: text(type), unit: text("nanoseconds") }),
    ],
    function: names.map((name) => new Function({ id: id(name), name: text(name) })),
    location: names.map(
      (name) => new Location({ id: id(name), line: [new Line({ functionId: id(name), line: 1 })] }),
    ),
    sample: stacks.map(
      ({ stack, milliseconds }) =>
        new Sample({ locationId: stack.map(id), value: [milliseconds / 10, milliseconds * 1e6] }),
    ),
    stringTable: strings,
  });
  return gzipSync(profile.encode());
}
