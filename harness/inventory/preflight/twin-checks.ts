import { artefactsOf } from "./artefacts.ts";
import { type Check, type CheckName, type CheckQuestion, passed, skipped } from "./check.ts";
import { licenceCheck, terraformCheck } from "./checks.ts";
import type { PreflightContext } from "./context.ts";
import { leftoversCheck, namesCheck } from "./inventory-checks.ts";
import { needOf, needWords } from "./need.ts";

/**
 * The checks of a cloud as its twin answers them, by the same names and with the same fixes: what a rehearsal can
 * see for itself is seen, and the rest says what a cloud would be asked.
 */
export function twinChecks(cloud: readonly CheckQuestion[]): readonly Check<PreflightContext>[] {
  return cloud.map(({ name, fix, after = [] }) => ({ name, fix, after, run: ANSWERS[name] }));
}

const ANSWERS: Readonly<Record<CheckName, Check<PreflightContext>["run"]>> = {
  terraform: terraformCheck.run,
  tools: simulated(() => "the twin's cluster and load runner are reached without a cloud's programs"),
  identity: ({ project, twinCallerArn: callerArn }) =>
    Promise.resolve({
      ...passed(`${callerArn ?? "nobody"}, in the twin's project ${project}`),
      ...(callerArn === undefined ? {} : { callerArn }),
    }),
  "cluster-access": simulated(() => "the twin's cluster is not reached from elsewhere"),
  marker: simulated(() => "the twin has no owner to ask"),
  credential: simulated(() => "a rehearsal has no credential that could end"),
  permissions: simulated(() => "the twin lets everybody do everything"),
  apis: simulated(() => "the twin answers every API that the stacks call"),
  "org-policies": simulated(() => "the twin has no organisation above it"),
  quota: simulated(
    ({ architecture, size }) =>
      `the twin has room for everything; a cloud needs ${needWords(needOf(architecture, size.figures))}`,
  ),
  "kubernetes-version": simulated(({ size: { figures } }) =>
    figures.kubernetesVersion === undefined
      ? "there is no cluster"
      : `the twin has every version; a cloud needs ${figures.kubernetesVersion}`,
  ),
  "postgres-version": simulated(
    ({ size }) => `the twin has every version; a cloud needs ${size.figures.database.version}`,
  ),
  "machine-types": simulated(
    ({ architecture, size }) =>
      `the twin has every type; ${architecture.zone} needs ${needOf(architecture, size.figures).machineTypes.join(", ")}`,
  ),
  artefacts: simulated((context) => {
    const names = artefactsOf(context).map(({ what }) => what);
    return `a rehearsal downloads nothing; a run needs ${names.join(", ")}`;
  }),
  /** A licence is looked at where one was given; without, the emulator pretends one. */
  licence: (context, signal) => {
    const { size, licence = "" } = context;
    return size.figures.licensed && licence.trim() === ""
      ? Promise.resolve(skipped(`size ${size.name} needs one, which the emulated Coder simulates`))
      : licenceCheck.run(context, signal);
  },
  names: namesCheck.run,
  leftovers: leftoversCheck.run,
};

function simulated(words: (context: PreflightContext) => string): Check<PreflightContext>["run"] {
  return (context) => Promise.resolve(skipped(words(context)));
}
