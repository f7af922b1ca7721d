import { findNamedRun, readRunMark, type RunMark } from "../../../model/cloud/run-mark.ts";
import { run12 } from "../../../model/run-id.ts";
import type { KubernetesObject } from "../kinds.ts";
import type { ApiResource } from "./api-resources.ts";

/** An object with its kind. */
export interface FoundObject {
  readonly resource: ApiResource;
  readonly object: KubernetesObject;
}

/**
 * The run of a namespace. A run names its namespaces `bench-<run12>-…` and labels them, so only one with both is
 * certain: somebody else may have made one that has the name or the label alone.
 */
export function markNamespace({ metadata: { name, labels = {} } }: KubernetesObject): RunMark | undefined {
  const mark = readRunMark({ names: [name], labels });
  if (mark === undefined || mark.doubt !== undefined) return mark;
  if (mark.runId === undefined) return { ...mark, doubt: { reason: WITHOUT_LABEL } };
  if (findNamedRun(name) !== undefined) return mark;
  const reason = `it has the label bench-run=${mark.runId}, but its name is not of that run (bench-${mark.run}-…)`;
  return { ...mark, doubt: { reason } };
}

const WITHOUT_LABEL = "it has the name of a run, but not the label bench-run, with which a run makes it";

/**
 * The run of an object outside of the runs' namespaces, by its label. Where the name alone names a run, the object is
 * doubtful: only what carries a run's label is ever removed there.
 */
export function markElsewhere({ metadata: { name, labels = {} } }: KubernetesObject): RunMark | undefined {
  const mark = readRunMark({ names: [name], labels });
  if (mark === undefined || mark.doubt !== undefined || mark.runId !== undefined) return mark;
  return { ...mark, doubt: { reason: WITHOUT_LABEL } };
}

/**
 * The run of a volume, by the namespace of its claim: whoever provisions volumes gives them no label of ours, and they
 * may outlive the namespace. `around` is the mark of that namespace while it exists.
 */
export function markVolume(volume: KubernetesObject, around: RunMark | undefined): RunMark | undefined {
  const { metadata, spec } = volume;
  const names = around === undefined ? [spec?.claimRef?.namespace ?? ""] : [];
  const mark = readRunMark({ names, labels: metadata.labels ?? {}, place: around?.run });
  if (mark === undefined) return markElsewhere(volume);
  // The volume of a claim in a doubtful namespace is doubtful too.
  return mark.run === around?.run ? { ...around, ...mark } : mark;
}

/**
 * The part that an object plays in a run's namespace:
 * - `own`: made by the run, by its label, its name, or the name of its Helm release;
 * - `controlled`: made by a controller for another object, with which it goes, or by the cluster for each namespace;
 * - `foreign`: a workload or data that the run did not make. Deleting the namespace would destroy it.
 */
export type Role = "own" | "controlled" | "foreign";

/** Kinds of which the control plane makes objects in every namespace, or for each Service. */
const OF_CONTROL_PLANE: ReadonlySet<string> = new Set(["events", "endpoints", "endpointslices"]);
const IN_EVERY_NAMESPACE: ReadonlySet<string> = new Set([
  "serviceaccounts default",
  "configmaps kube-root-ca.crt",
]);

/**
 * Built-in kinds that contain no work and no data of anybody. A cluster's operators put such objects into every new
 * namespace (a mesh its certificate, a platform its quota and pull secret), so they cannot keep a namespace.
 */
const SETTINGS: ReadonlySet<string> = new Set([
  "configmaps",
  "secrets",
  "serviceaccounts",
  "roles",
  "rolebindings",
  "networkpolicies",
  "resourcequotas",
  "limitranges",
  "poddisruptionbudgets",
  "horizontalpodautoscalers",
  "leases",
  "podtemplates",
  "csistoragecapacities",
]);

/** The part that an object plays in a namespace of this run. */
export function roleOf(
  object: KubernetesObject,
  { resource }: Pick<ApiResource, "resource">,
  run: string,
): Role {
  const { name, labels = {}, annotations = {}, ownerReferences = [] } = object.metadata;
  if (ownerReferences.length > 0 || OF_CONTROL_PLANE.has(resource)) return "controlled";
  if (IN_EVERY_NAMESPACE.has(`${resource} ${name}`)) return "controlled";
  const label = labels["bench-run"];
  if (label !== undefined) return run12(label) === run ? "own" : "foreign";
  const names = [
    name,
    annotations["meta.helm.sh/release-name"],
    labels["app.kubernetes.io/instance"],
    // Helm's own record of a release.
    labels["owner"] === "helm" ? labels["name"] : undefined,
  ];
  if (names.some((one) => one !== undefined && findNamedRun(one) === run)) return "own";
  return SETTINGS.has(resource) ? "controlled" : "foreign";
}

/** Names how many foreign objects at most. */
const NAMED = 5;

/** Why a namespace may not be removed: what it holds of others; undefined if nothing. */
export function describeForeign(inside: readonly FoundObject[], run: string): string | undefined {
  const foreign = inside.filter(({ resource, object }) => roleOf(object, resource, run) === "foreign");
  if (foreign.length === 0) return undefined;
  const names = foreign
    .slice(0, NAMED)
    .map(({ resource, object }) => `${resource.resource}/${object.metadata.name}`);
  const more = foreign.length > NAMED ? ` and ${foreign.length - NAMED} more` : "";
  return `it holds what its run did not make: ${names.join(", ")}${more}`;
}
