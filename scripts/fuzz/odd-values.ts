import fc from "fast-check";

/** Numbers at which readers have been seen to break, as they are written. */
const NUMBERS = [
  ...["0", "-0", "-1", "1", "0.5", "1e-7", "1e21", "1e308", "-1e308", "1e400", "-1e400"],
  // Timers end at 2^31, whole numbers at 2^53, dates at 8.64e15 ms or s.
  ...["2147483647", "2147483648", "4294967296", "9007199254740993", "8640000000000001", "-8640000000000001"],
  ...["8640000000001", "1e15", "99999999999999999999999"],
];

/** Texts that mean something to somebody on their way: a prototype, a path, a terminal, a shell, a page, a clock. */
const TEXTS = [
  ...["", " ", "0", "-1", "1e400", "NaN", "Infinity", "-", "--", "null", "true", "undefined"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "length"],
  ...["..", "../../etc/passwd", "/etc/passwd", "a/b", "C:\\x", "file:///etc/passwd", "http://127.0.0.9:1/"],
  ...["%", "%E0%A4", "%2F", "%00", "http://[", "gs://a/%", "file:///%2F", "s3://x"],
  ...[
    "\u0000",
    "\u001b]52;c;QUFBQQ==\u0007",
    "\u001b[2J\u001b[31m",
    "\u009b31m",
    "a\r\nb",
    "\u2028",
    "\u202egpj",
  ],
  ...["\ud800", "\udfff\ud800", "\ufeff", "\u200b", "e\u0301", "İ", "ß", "🏳️‍🌈"],
  ...["--header-command=touch x", "$(id)", "`id`", "; id", "<!-- /refbench:table -->", "<script>", "|a|b|"],
  ...["2026-13-45T99:99:99Z", "0000-00-00T00:00:00Z", "+275760-09-13T00:00:00.001Z", "9999-12-31T23:59:59Z"],
  ...[
    "1969-12-31T23:59:59Z",
    "2026-01-01",
    "yesterday",
    "999999999999999999999h",
    `${"9".repeat(400)}s`,
    "1ns",
  ],
  ...["01ARZ3NDEKTSV4RRFFQ69G5FAV", "7zzzzzzzzzzzzzzzzzzzzzzzzz", "8zzzzzzzzzzzzzzzzzzzzzzzzz"],
  "a".repeat(70_000),
  `${"a".repeat(30_000)}!`,
];

/** A text that a reader may not expect. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ maxLength: 12 }),
);

/** Names that objects of JavaScript already have. */
export const oddName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "valueOf", "then", "length", "0", "", "toJSON"),
  fc.string({ unit: "binary", maxLength: 8 }),
);

/** A value of JSON that a reader may not expect, as it is written. */
export const oddToken: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("null", "true", "false", "{}", "[]", '""', "[null]", '{"a":null}'),
  },
  { weight: 4, arbitrary: oddText.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"__proto__":{"polluted":true}}',
      '{"constructor":{"prototype":{"polluted":true}}}',
    ),
  },
);
