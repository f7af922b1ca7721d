import { isOfRun, type RunMark } from "../../../model/cloud/run-mark.ts";
import { type FailedListing, type Listing, seenIn } from "../../../model/ports/listing.ts";
import { namePrefix, type RunId } from "../../../model/run-id.ts";
import { inTurns } from "../../../tools/time/in-turns.ts";
import type { CallKubernetes } from "../../../kubernetes/api.ts";
import type { KubernetesObject } from "../kinds.ts";
import { listObjects, type ListQuestion } from "../list-kind.ts";
import { type ApiResource, listApiResources } from "./api-resources.ts";
import { type FoundObject, markNamespace } from "./ownership.ts";

/** The two ways to ask a cluster's API. */
export interface ClusterCalls {
  readonly call: CallKubernetes;
  /** Answers lists with the objects' metadata only, so that no Secret's content is ever read. */
  readonly callMetadata: CallKubernetes;
}

/** A namespace that is, or may be, a run's. */
export interface RunNamespace {
  readonly object: KubernetesObject;
  readonly mark: RunMark;
}

/** What a cluster lists of a run, or of all runs. */
export interface RunObjects {
  /** By name. */
  readonly namespaces: ReadonlyMap<string, RunNamespace>;
  /** Every object in the namespaces that are certainly the run's. */
  readonly contents: readonly FoundObject[];
  /** Objects elsewhere, in namespaces or cluster-wide, that carry a run's label or may have a run's name. */
  readonly elsewhere: readonly FoundObject[];
  readonly volumes: readonly KubernetesObject[];
  /** Names of the kinds that were listed. */
  readonly kinds: readonly string[];
  /** Every question without a complete answer. */
  readonly problems: readonly string[];
}

/** Questions at the same time: API servers share their time among callers. */
const AT_ONCE = 8;
const CORE = "/api/v1";
/** They are listed with their specification and status. */
const LISTED_WHOLE: ReadonlySet<string> = new Set([`${CORE}/namespaces`, `${CORE}/persistentvolumes`]);
/** Cluster-wide kinds that a run may make by its name alone, if something drops its labels. */
const LISTED_BY_NAME: ReadonlySet<string> = new Set([
  "clusterroles",
  "clusterrolebindings",
  "storageclasses",
]);
/** Ends of the names of a run's namespaces. */
const NAMESPACE_ROLES = ["coder", "workspaces", "load"];

/** Lists what a run, or any run, has in a cluster that also others use. */
export async function listRunObjects(
  calls: ClusterCalls,
  asked: RunId | undefined,
  signal: AbortSignal,
): Promise<RunObjects> {
  const problems: string[] = [];
  const keep = <T>(what: string, listing: Listing<T>): readonly T[] => {
    if (listing.state === "failed") problems.push(problemOf(what, listing));
    return seenIn(listing);
  };
  const whole = async (resource: string): Promise<readonly KubernetesObject[]> =>
    keep(`list ${resource}`, await listObjects(calls.call, { path: `${CORE}/${resource}` }, signal));

  const resources = keep("", await listApiResources(calls.call, signal));
  const namespaces = ofRun(await whole("namespaces"), asked);
  const volumes = await whole("persistentvolumes");
  const listAll = async (questions: readonly Question[]): Promise<readonly FoundObject[]> => {
    const answers = await listEach(calls, questions, signal);
    problems.push(...answers.problems);
    return answers.items;
  };
  const listed = resources.filter((one) => !LISTED_WHOLE.has(`${one.api}/${one.resource}`));
  const elsewhere = await listAll(listed.map(questionElsewhere));
  const contents = await listAll(
    namesToSearch(namespaces, asked).flatMap((namespace) =>
      listed.filter(({ namespaced }) => namespaced).map((one) => questionWithin(namespace, one)),
    ),
  );
  return {
    namespaces,
    contents,
    elsewhere,
    volumes,
    kinds: [...new Set(resources.map(({ kind }) => kind))],
    problems,
  };
}

/** Lists everything in one namespace. */
export async function listContents(
  calls: ClusterCalls,
  namespace: string,
  signal: AbortSignal,
): Promise<Listing<FoundObject>> {
  const resources = await listApiResources(calls.call, signal);
  const questions = seenIn(resources)
    .filter(({ namespaced }) => namespaced)
    .map((one) => questionWithin(namespace, one));
  const { items, problems } = await listEach(calls, questions, signal);
  const all = [...(resources.state === "failed" ? [resources.reason] : []), ...problems];
  return all.length === 0
    ? { state: "complete", items }
    : { state: "failed", reason: firstOf(all), partial: items };
}

/** How many problems are told: a kubeconfig with few rights has one for each kind. */
const TOLD = 5;

/** Problems in one sentence. */
export function firstOf(problems: readonly string[]): string {
  const more = problems.length > TOLD ? [`and ${problems.length - TOLD} more such answers`] : [];
  return [...problems.slice(0, TOLD), ...more].join("; ");
}

async function listEach(
  { callMetadata }: ClusterCalls,
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<{ readonly items: readonly FoundObject[]; readonly problems: readonly string[] }> {
  const answers = await inTurns(questions, AT_ONCE, async ({ resource, question, what }) => {
    const answer = await listObjects(callMetadata, question, signal);
    return {
      items: seenIn(answer).map((object) => ({ resource, object })),
      problems: answer.state === "failed" ? [problemOf(what, answer)] : [],
    };
  });
  return {
    items: answers.flatMap((answer) => answer.items),
    problems: answers.flatMap((answer) => answer.problems),
  };
}

interface Question {
  readonly resource: ApiResource;
  readonly question: ListQuestion;
  /** The verb and the resource, for a refusal. */
  readonly what: string;
}

function questionElsewhere(resource: ApiResource): Question {
  const path = `${resource.api}/${resource.resource}`;
  const question = LISTED_BY_NAME.has(resource.resource) ? { path } : { path, labelSelector: "bench-run" };
  return { resource, question, what: `list ${nameOf(resource)}` };
}

function questionWithin(namespace: string, resource: ApiResource): Question {
  return {
    resource,
    question: { path: `${resource.api}/namespaces/${namespace}/${resource.resource}` },
    what: `list ${nameOf(resource)} in namespace ${namespace}`,
  };
}

/** The name of a kind as `kubectl` takes it: `configmaps`, `deployments.apps`. */
function nameOf({ resource, group }: ApiResource): string {
  return group === "" ? resource : `${resource}.${group}`;
}

function problemOf(what: string, { reason }: FailedListing<unknown>): string {
  return what === "" ? reason : `${what}: ${reason}`;
}

function ofRun(
  found: readonly KubernetesObject[],
  asked: RunId | undefined,
): ReadonlyMap<string, RunNamespace> {
  return new Map(
    found.flatMap((object) => {
      const mark = markNamespace(object);
      return mark === undefined || !isOfRun(mark, asked)
        ? []
        : [[object.metadata.name, { object, mark }] as const];
    }),
  );
}

/**
 * The namespaces to search: those that are certainly the run's, and the names of the run's namespaces that are gone. A
 * namespace whose finalizers somebody removed by force leaves its objects behind, which only such a list shows.
 */
function namesToSearch(
  namespaces: ReadonlyMap<string, RunNamespace>,
  asked: RunId | undefined,
): readonly string[] {
  const certain = [...namespaces].flatMap(([name, { mark }]) => (mark.doubt === undefined ? [name] : []));
  const named = asked === undefined ? [] : NAMESPACE_ROLES.map((role) => `${namePrefix(asked)}-${role}`);
  return [...new Set([...certain, ...named.filter((name) => !namespaces.has(name))])];
}
