import { z } from "zod";
import type { Listing } from "../../model/ports/listing.ts";
import { PageWatch } from "../../tools/page-watch.ts";
import type { CallKubernetes } from "../../kubernetes/api.ts";
import { type KubernetesKind, type KubernetesObject, kubernetesObject } from "./kinds.ts";

const list = z.object({ kind: z.string(), metadata: z.object({ continue: z.string().optional() }) });

const PAGE_SIZE = 500;
/** A list with an expired continue token starts again, at most this many times. */
const BEGINNINGS = 3;

/** Lists every object of a kind that counts, page by page. A refused or unreadable page makes the listing fail. */
export async function listKind(
  call: CallKubernetes,
  kind: KubernetesKind,
  signal: AbortSignal,
): Promise<Listing<KubernetesObject>> {
  const listing = await listObjects(
    call,
    { path: `${kind.api}/${kind.resource}`, listKind: kind.listKind },
    signal,
  );
  const counts = (object: KubernetesObject): boolean => kind.counts?.(object) ?? true;
  return listing.state === "complete"
    ? { ...listing, items: listing.items.filter(counts) }
    : { ...listing, reason: `${kind.kind}: ${listing.reason}`, partial: listing.partial.filter(counts) };
}

/** A list of objects. */
export interface ListQuestion {
  /** Path of the collection, such as `/api/v1/namespaces/coder/pods`. */
  readonly path: string;
  /** Only objects with these labels, as in `kubectl get -l`. @default all */
  readonly labelSelector?: string;
  /** Only objects with these fields, as in `kubectl get --field-selector`. @default all */
  readonly fieldSelector?: string;
  /** The `kind` of the answer. @default any list */
  readonly listKind?: string;
}

/** Lists a collection page by page. A refused or unreadable page makes the listing fail. */
export function listObjects(
  call: CallKubernetes,
  question: ListQuestion,
  signal: AbortSignal,
): Promise<Listing<KubernetesObject>> {
  return listOf(call, question, { item: kubernetesObject, signal });
}

/** As `listObjects`, with the parts of each object that `item` reads. */
export async function listOf<T>(
  call: CallKubernetes,
  { path, labelSelector, fieldSelector, listKind: expected }: ListQuestion,
  { item, signal }: { readonly item: z.ZodType<T>; readonly signal: AbortSignal },
): Promise<Listing<T>> {
  const page = list.extend({ items: z.array(item).nullable() });
  let begun = 1;
  let found: T[] = [];
  let pages = new PageWatch();
  const failed = (reason: string): Listing<T> => ({ state: "failed", reason, partial: found });
  for (let next = ""; ;) {
    const query = new URLSearchParams({
      limit: String(PAGE_SIZE),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(next === "" ? {} : { continue: next }),
    });
    const answer = await call("GET", `${path}?${query.toString()}`, signal);
    if (answer.state === "expired" && begun < BEGINNINGS) {
      begun += 1;
      next = "";
      found = [];
      pages = new PageWatch();
      continue;
    }
    if (answer.state !== "ok") return failed(`${answer.state}: ${answer.reason}`);
    const parsed = page.safeParse(answer.body);
    if (!parsed.success) return failed(`the answer is not a list: ${z.prettifyError(parsed.error)}`);
    const { kind, items, metadata } = parsed.data;
    if (expected === undefined ? !kind.endsWith("List") : kind !== expected)
      return failed(`the answer is not a list: its kind is ${kind}, expected ${expected ?? "a list"}`);
    found.push(...(items ?? []));
    const token = metadata.continue ?? "";
    if (token === "") return { state: "complete", items: found };
    const endless = pages.next(token);
    if (endless !== undefined) return failed(endless);
    next = token;
  }
}
