import js from "@eslint/js";
import tseslint from "typescript-eslint";
import { noWallTimeDifference } from "./eslint-wall-time.js";

const noCdktf = {
  regex: "^(cdktf|constructs|@cdktf/.*)$|^@cdktf/",
  message: "only stacks/ imports cdktf: a provider binding must never be loaded into a measuring process",
};
const noBarrel = {
  regex: "^@cdktf/provider-[a-z]+(/lib)?/?$",
  message: "import a provider's resource by its deep path: the barrel costs seconds and a gigabyte",
};

/** Splits lines at U+2028 too since Node 24, which JSON leaves as it is. */
const noReadline = {
  regex: "^(node:)?readline(/promises)?$",
  message: "read lines through harness/tools/files/lines.ts, which splits at \\n only on every Node",
};

/** An answer of a server is read by one function, which bounds its bytes and its time. */
const UNBOUNDED =
  "read answers through exchange() of harness/tools/exchange.ts: it bounds their bytes and their time";
const unboundedReaders = [
  "CallExpression[callee.property.name=/^(text|json|arrayBuffer|blob|formData)$/][arguments.length=0]",
  "CallExpression[callee.property.name='bytes'][callee.object.name=/^(body|response)$/]",
  "CallExpression[callee.property.name='bytes'][callee.object.property.name='body']",
  "CallExpression[callee.property.name=/^transformTo(ByteArray|String|WebStream)$/]",
  "CallExpression[callee.name='fetch']",
  "ImportDeclaration[source.value='undici'] ImportSpecifier[imported.name=/^(request|fetch|stream|pipeline)$/]",
].map((selector) => ({ selector, message: UNBOUNDED }));

/** JSON that another process wrote is read within bounds of its depth and size: see harness/tools/parse-json.ts. */
const unboundedJson = [
  {
    selector: "MemberExpression[object.name='JSON'][property.name='parse']",
    message:
      "read JSON through parseJson() of harness/tools/parse-json.ts, which bounds its depth, or name the file and its reason in JSON_PARSE",
  },
];
/** Files that may call `JSON.parse`, and why. */
const JSON_PARSE = [
  { reason: "here the bounds are", files: ["harness/tools/parse-json.ts"] },
  {
    reason: "what this process wrote itself a moment before",
    files: ["harness/inventory/sweep/report.ts", "harness/loads/find-limit/asked.ts"],
  },
  {
    reason: "schemas of providers that lie in this repository",
    files: ["rehearsal/twin/plugin/schemas.ts"],
  },
  {
    reason: "a stand-in's server, which needs a reviver and is asked by this machine alone",
    files: ["rehearsal/google-api/request.ts"],
  },
];

/** Files that may subtract or compare stamps, and why: elsewhere a clock that is set must not change what happens. */
const WALL_TIME = [
  {
    reason: "here elapsed time and stamps are told apart",
    files: [
      "harness/tools/time/moment.ts",
      "harness/pipeline/folder/timeline.ts",
      "harness/cli/progress/event-axis.ts",
    ],
  },
  {
    reason: "the instants of records, and the stamps of events on one axis, are as far apart as time elapsed",
    files: [
      "harness/results/**",
      "harness/forecast/stage-seconds.ts",
      "harness/cli/progress/**",
      "harness/cli/nightly/summary.ts",
    ],
  },
  {
    reason:
      "labels, ends and ages are stamps of a cloud's, a licence's or a server's clock, of which no other is known",
    files: [
      "harness/inventory/**",
      "harness/kubernetes/server-time.ts",
      "harness/kubernetes/plugin-authenticator.ts",
      "harness/observation/kubernetes/cluster-time.ts",
      "harness/model/cloud/licence.ts",
      "harness/coder/http/http.ts",
      "harness/workload/removal/cleanup-find.ts",
      "harness/workload/checks/guard-look.ts",
      "harness/workload/workspaces/await-ready.ts",
      "harness/workload/context/clock-watch.ts",
      "harness/workload/connections/server-gauge.ts",
      "harness/workload/coder-engine/count-connections.ts",
    ],
  },
  {
    reason: "one look at a lease of another machine: whoever waits for it goes by elapsed time (LeaseWatch)",
    files: [
      "harness/pipeline/lease/lease.ts",
      "harness/pipeline/mirror/bucket-lease.ts",
      "harness/pipeline/mirror/mirrored-state.ts",
      "harness/pipeline/lease/vanishing-machine.ts",
      "harness/teardown/restored-run.ts",
      "harness/nights/lock.ts",
    ],
  },
  {
    reason: "runs of the user's machines in the order in which they began",
    files: ["harness/composition/earlier-runs.ts"],
  },
  {
    reason: "stand-ins of clouds and of Coder, which make stamps by their own clock",
    files: ["rehearsal/**"],
  },
];

/** A failed answer is never read as an empty one: see harness/model/ports/listing.ts and local-files.ts. */
const FAILED_AS_NONE =
  "a question that failed is not answered with none: return a Listing, find out whether only ENOENT was meant (harness/tools/files/local-files.ts), or say beside it why nobody reads it as an answer";
const emptyOnFailure = [
  "[arguments.0.body.elements.length=0]",
  "[arguments.0.body.properties.length=0]",
  "[arguments.0.body.properties.0.value.elements.length=0]",
  "[arguments.0.body.type='Identifier'][arguments.0.body.name='undefined']",
  "[arguments.0.body.type='Literal']",
  "[arguments.0.body.type='TSAsExpression']",
  "[arguments.0.body.callee.property.name='alloc']",
].map(
  (body) =>
    `CallExpression[callee.property.name='catch'][arguments.0.type='ArrowFunctionExpression']${body}:not([callee.object.callee.property.name='sleep'])`,
);
const EMPTY_VALUE = {
  ArrayExpression: "[elements.length=0]",
  ObjectExpression: "[properties.length=0]",
  Literal: "[raw=/^(0|null|false)$/]",
};
const IF_FAILED = "IfStatement[test.argument.property.name='ok']";
const failedAsNone = [
  // Where the value is used: not in a statement of its own.
  ...emptyOnFailure.flatMap((call) => [
    `:not(ExpressionStatement, AwaitExpression, ChainExpression, UnaryExpression[operator='void'], ArrowFunctionExpression) > ${call}`,
    `ArrowFunctionExpression[async=false] > ${call}[callee.object.callee.name=/^(find|read|list|lookup|stat|access)/]`,
    `:not(ExpressionStatement) > AwaitExpression > ${call}`,
  ]),
  ...Object.entries(EMPTY_VALUE).flatMap(([type, isEmpty]) => [
    `ConditionalExpression[test.property.name='ok'] > ${type}.alternate${isEmpty}`,
    `ConditionalExpression[test.argument.property.name='ok'] > ${type}.consequent${isEmpty}`,
  ]),
  `${IF_FAILED} > ReturnStatement.consequent[argument=null]`,
  ...Object.entries(EMPTY_VALUE).flatMap(([type, isEmpty]) => [
    `${IF_FAILED} > ReturnStatement.consequent > ${type}.argument${isEmpty}`,
    `${IF_FAILED} > BlockStatement.consequent[body.length=1] > ReturnStatement > ${type}.argument${isEmpty}`,
  ]),
].map((selector) => ({ selector, message: FAILED_AS_NONE }));

export default tseslint.config(
  { ignores: ["node_modules", ".refbench", "cdktf.out", "coverage", "dist"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["bin/*.js", "*.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-console": "error",
    },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
  { files: ["**/*.js"], languageOptions: { globals: { process: "readonly" } } },
  {
    files: ["harness/**/*.ts", "rehearsal/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [noCdktf, noReadline] }] },
  },
  {
    files: ["harness/**/*.ts", "rehearsal/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...unboundedReaders, ...failedAsNone, ...unboundedJson] },
  },
  {
    files: ["harness/tools/exchange.ts"],
    rules: { "no-restricted-syntax": ["error", ...failedAsNone, ...unboundedJson] },
  },
  {
    files: JSON_PARSE.flatMap(({ files }) => files),
    rules: { "no-restricted-syntax": ["error", ...unboundedReaders, ...failedAsNone] },
  },
  {
    files: ["harness/**/*.ts", "rehearsal/**/*.ts"],
    ignores: WALL_TIME.flatMap(({ files }) => files),
    plugins: { refbench: { rules: { "no-wall-time-difference": noWallTimeDifference } } },
    rules: { "refbench/no-wall-time-difference": "error" },
  },
  {
    files: ["stacks/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [noBarrel],
        },
      ],
    },
  },
  {
    files: ["reference-architectures/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [noCdktf],
        },
      ],
    },
  },
  {
    files: ["bin/**/*.js", "bench/**/*.ts", "scripts/**/*.ts", "test/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [noReadline] }] },
  },
  {
    files: ["test/**/*.ts", "scripts/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "no-console": "off",
    },
  },
);
