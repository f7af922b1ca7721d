import { artefactsOf } from "./artefacts.ts";
import { type Check, type CheckName, type CheckQuestion, passed, skipped } from "./check.ts";
import { licenceCheck, terraformCheck } from "./checks.ts";
import type { PreflightContext } from "./context.ts";
import { leftoversCheck, namesCheck } from "./inventory-checks.ts";
import { needOf, needWords } from "../../../reference-architectures/quota/need.ts";

/**
 * Returns a cloud's checks as its twin answers them, with the same names and fixes. Checks that a rehearsal can do are
 * done; the others report what a cloud would be asked.
 */
export function twinChecks(cloud: readonly CheckQuestion[]): readonly Check<PreflightContext>[] {
  return cloud.map(({ name, fix, after = [] }) => ({ name, fix, after, run: ANSWERS[name] }));
}

const ANSWERS: Readonly<Record<CheckName, Check<PreflightContext>["run"]>> = {
  terraform: terraformCheck.run,
  tools: simulated(() => "the twin's cluster and load runner need no cloud programs"),
  identity: ({ project, twinCallerArn: callerArn }) =>
    Promise.resolve({
      ...passed(`${callerArn ?? "nobody"}, in the twin's project ${project}`),
      ...(callerArn === undefined ? {} : { callerArn }),
    }),
  "cluster-access": simulated(() => "the twin's cluster is only reached from this machine"),
  marker: simulated(() => "the twin has no owner to ask"),
  credential: simulated(() => "a rehearsal has no credential that could expire"),
  permissions: simulated(() => "the twin has no permissions"),
  apis: simulated(() => "the twin answers every API that the stacks call"),
  "org-policies": simulated(() => "the twin has no organisation"),
  quota: simulated(
    ({ architecture, size, generators }) =>
      `the twin has no quota; a cloud needs ${needWords(needOf(architecture, size.figures, generators))}`,
  ),
  "kubernetes-version": simulated(({ size: { figures } }) =>
    figures.kubernetesVersion === undefined
      ? "the environment has no cluster"
      : `the twin has every version; a cloud needs ${figures.kubernetesVersion}`,
  ),
  "postgres-version": simulated(
    ({ size }) => `the twin has every version; a cloud needs ${size.figures.database.version}`,
  ),
  storage: simulated(() => "the twin has every storage class"),
  nodes: simulated(() => "the twin's nodes have room for everything"),
  observation: simulated(() => "the twin serves figures of itself to everyone"),
  admission: simulated(() => "the twin admits every pod"),
  clock: simulated(() => "the twin's clock is this machine's"),
  "machine-types": simulated(
    ({ architecture, size, generators }) =>
      `the twin has every type; ${architecture.zone} needs ${needOf(architecture, size.figures, generators).machineTypes.join(", ")}`,
  ),
  artefacts: simulated((context) => {
    const names = artefactsOf(context).map(({ what }) => what);
    return `a rehearsal downloads nothing; a run needs ${names.join(", ")}`;
  }),
  /** Checks a given licence. Without one, the emulator simulates it. */
  licence: (context, signal) => {
    const { size, licence = "" } = context;
    return size.figures.licensed && licence.trim() === ""
      ? Promise.resolve(skipped(`size ${size.name} needs a licence, which the emulated Coder simulates`))
      : licenceCheck.run(context, signal);
  },
  names: namesCheck.run,
  leftovers: leftoversCheck.run,
};

function simulated(words: (context: PreflightContext) => string): Check<PreflightContext>["run"] {
  return (context) => Promise.resolve(skipped(words(context)));
}
