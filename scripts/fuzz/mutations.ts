import fc from "fast-check";
import { countNodes, type JsonTree, nodeAt, replaceNode, treeText, treeOf } from "./json-tree.ts";
import { oddName, oddText, oddToken } from "./odd-values.ts";

/** The place of a change: a number that is taken modulo the number of places. */
const place = fc.nat(0xffff);

type Change = (tree: JsonTree, at: number) => JsonTree;

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.constant<Change>((tree, at) => replaceNode(tree, at, () => [])),
  fc.constant<Change>((tree, at) => replaceNode(tree, at, (node) => [node, node])),
  fc
    .constantFrom(3, 300)
    .map<Change>((times) => (tree, at) => replaceNode(tree, at, (node) => Array<JsonTree>(times).fill(node))),
  {
    weight: 6,
    arbitrary: oddToken.map<Change>(
      (text) => (tree, at) => replaceNode(tree, at, () => [{ kind: "raw", text }]),
    ),
  },
  fc.tuple(oddName, oddToken).map<Change>(
    ([name, text]) =>
      (tree, at) =>
        replaceNode(tree, at, (node) => [inserted(node, name, { kind: "raw", text })]),
  ),
  fc
    .constantFrom(2, 99, 101, 20_000)
    .map<Change>(
      (depth) => (tree, at) =>
        replaceNode(tree, at, (node) => [
          { kind: "raw", text: `${"[".repeat(depth)}${treeText(node)}${"]".repeat(depth)}` },
        ]),
    ),
);

/** Another value of the same tree in its place: of a wrong type, or of the right one and another thing's. */
const swap: fc.Arbitrary<Change> = place.map<Change>((other) => (tree, at) => {
  const found = nodeAt(tree, other % countNodes(tree));
  return found === undefined ? tree : replaceNode(tree, at, () => [found]);
});

function inserted(node: JsonTree, name: string, value: JsonTree): JsonTree {
  switch (node.kind) {
    case "object":
      return { kind: "object", entries: [...node.entries, [name, value]] };
    case "list":
      return { kind: "list", items: [...node.items, value] };
    case "raw":
      return { kind: "object", entries: [[name, value]] };
  }
}

type Damage = (bytes: Uint8Array) => Uint8Array;

/** Damage as by a torn write, a cut connection or another character set. */
const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc
    .double({ min: 0, max: 1, noNaN: true })
    .map<Damage>((share) => (bytes) => bytes.subarray(0, Math.floor(bytes.length * share))),
  fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 4 })).map<Damage>(
    ([at, some]) =>
      (bytes) =>
        spliced(bytes, at, 0, some),
  ),
  fc.tuple(place, fc.nat(255)).map<Damage>(
    ([at, byte]) =>
      (bytes) =>
        spliced(bytes, at, 1, Uint8Array.of(byte)),
  ),
  fc
    .constantFrom([0xff, 0xfe], [0xef, 0xbb, 0xbf], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0])
    .map<Damage>((some) => (bytes) => spliced(bytes, 0, 0, Uint8Array.from(some))),
  fc.constant<Damage>((bytes) => Buffer.concat([bytes, bytes])),
);

function spliced(bytes: Uint8Array, at: number, remove: number, add: Uint8Array): Uint8Array {
  const from = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, from), add, bytes.subarray(from + remove)]);
}

export interface JsonOptions {
  /**
   * Whether values change places. Not where a sample holds a secret: in the place of a value that errors name, it would
   * be named. @default true
   */
  readonly swaps?: boolean;
}

/** Texts of JSON near these values: some are valid, most nearly so. */
export function jsonNear(
  samples: readonly unknown[],
  { swaps = true }: JsonOptions = {},
): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      sample: fc.constantFrom(...samples.map(treeOf)),
      steps: fc.array(fc.tuple(place, swaps ? fc.oneof({ weight: 5, arbitrary: changes }, swap) : changes), {
        maxLength: 4,
      }),
      damage: damaged,
    })
    .map(({ sample, steps, damage }) => {
      const tree = steps.reduce((one, [at, change]) => change(one, at % countNodes(one)), sample);
      return damage(Buffer.from(treeText(tree)));
    });
}

/** One in eight is damaged in its bytes. */
const damaged: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 7, arbitrary: fc.constant<Damage>((bytes) => bytes) },
  { weight: 1, arbitrary: damages },
);

/** Lines near these values, one JSON value a line: dropped, doubled, in another order, cut, and changed inside. */
export function jsonLinesNear(
  lines: readonly unknown[],
  options: JsonOptions = {},
): fc.Arbitrary<Uint8Array> {
  const line = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...lines.map((one) => Buffer.from(JSON.stringify(one)))) },
    { weight: 2, arbitrary: jsonNear(lines, options) },
    { weight: 1, arbitrary: oddText.map((text) => Buffer.from(text)) },
  );
  return fc
    .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom("\n", "\r\n", "\n\n"), damaged)
    .map(([all, end, damage]) => damage(Buffer.concat(all.flatMap((one) => [one, Buffer.from(end)]))));
}

/** Texts near these: a part replaced, repeated or cut, or none of them at all. */
export function textNear(samples: readonly string[]): fc.Arbitrary<Uint8Array> {
  const sample = fc.constantFrom(...samples);
  return fc
    .oneof(
      { weight: 2, arbitrary: sample },
      { weight: 2, arbitrary: oddText },
      {
        weight: 4,
        arbitrary: fc.tuple(sample, place, fc.nat(6), oddText).map(([text, at, remove, odd]) => {
          const from = at % (text.length + 1);
          return `${text.slice(0, from)}${odd}${text.slice(from + remove)}`;
        }),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(sample, fc.constantFrom(2, 50)).map(([text, times]) => text.repeat(times)),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(sample, sample, fc.constantFrom("", ",", "=", ":", "/", " "))
          .map(([one, other, between]) => `${one}${between}${other}`),
      },
    )
    .chain((text) => damaged.map((damage) => damage(Buffer.from(text))));
}

/** Bytes near these, cut into chunks as a network cuts them. */
export function chunksNear(samples: readonly string[]): fc.Arbitrary<readonly Uint8Array[]> {
  return fc.tuple(textNear(samples), fc.array(place, { maxLength: 4 })).map(([bytes, cuts]) => {
    const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
    return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
  });
}
