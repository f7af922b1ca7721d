/**
 * The plan of the house: which folder may import which. CONTRIBUTING.md draws it, and `npm run house` checks it.
 */

/** The floors of `harness/`, top first, with the floors that each may import besides `tools`, the ground floor. */
export const FLOORS = {
  cli: [
    "nights",
    "loads",
    "manual",
    "teardown",
    "composition",
    "pipeline",
    "workload",
    "inventory",
    "results",
    "forecast",
    "terraform",
    "coder",
    "observation",
    "kubernetes",
    "model",
  ],
  nights: ["composition", "pipeline", "results", "model"],
  loads: ["composition", "pipeline", "workload", "results", "observation", "model"],
  manual: ["composition", "pipeline", "workload", "inventory", "model"],
  teardown: ["composition", "pipeline", "inventory", "model"],
  composition: [
    "pipeline",
    "workload",
    "inventory",
    "results",
    "terraform",
    "coder",
    "observation",
    "kubernetes",
    "model",
  ],
  pipeline: ["model"],
  workload: ["coder", "observation", "kubernetes", "model"],
  inventory: ["kubernetes", "model"],
  results: ["model"],
  forecast: ["model"],
  terraform: ["model"],
  coder: ["model"],
  observation: ["kubernetes", "model"],
  kubernetes: ["model"],
  model: [],
  tools: [],
};

/** The modules of `stacks/` that describe what a deployment takes and returns. */
const CONTRACTS = [
  "kubernetes/names",
  "kubernetes/node-role",
  "labels",
  "outputs",
  "environment",
  "unlabelled",
  "database-names",
  "runner/runner-machine",
  "ssh-key",
  "coder-certificate",
];

/** Folders whose rooms import each other in one direction only. */
const ROOMS =
  "^(harness/(tools|model|coder|observation|kubernetes|terraform|inventory|workload|pipeline|results|forecast|composition|nights|loads|manual|teardown|cli)|rehearsal/(twin|inventory|runner|google-api|real-coder|emulator)|stacks|reference-architectures)/";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(FLOORS).map(([floor, below]) => ({
      name: `harness/${floor} imports lower floors only`,
      comment: "use a port of harness/model, or move what both need to a lower floor",
      severity: "error",
      from: { path: `^harness/${floor}/` },
      to: { path: "^harness/", pathNot: `^harness/(${[floor, ...below, "tools"].join("|")})/` },
    })),
    {
      name: "the rehearsal imports ports and tools only",
      severity: "error",
      from: { path: "^rehearsal/" },
      to: { path: "^harness/", pathNot: "^harness/(model|tools)/" },
    },
    {
      name: "only the composition and the floors above it import the rehearsal",
      severity: "error",
      from: {
        path: "^harness/(pipeline|workload|inventory|results|forecast|terraform|coder|observation|kubernetes|model|tools)/",
      },
      to: { path: "^rehearsal/" },
    },
    {
      name: "stacks and reference architectures do not import the harness",
      severity: "error",
      from: { path: "^(stacks|reference-architectures)/" },
      to: { path: "^(harness|rehearsal)/" },
    },
    {
      name: "reference architectures are data and import no stack",
      severity: "error",
      from: { path: "^reference-architectures/" },
      to: { path: "^stacks/" },
    },
    {
      name: "the harness runs stacks/main.ts as a process and imports its contracts only",
      severity: "error",
      from: { path: "^(harness|rehearsal)/" },
      to: { path: "^stacks/", pathNot: `^stacks/(${CONTRACTS.join("|")})\\.ts$` },
    },
    {
      name: "no circle between files",
      comment: "move what both need, types too, into a file of its own or into the file that owns it",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no circle between rooms",
      severity: "error",
      scope: "folder",
      from: { path: ROOMS },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js", ".json"] },
  },
};
