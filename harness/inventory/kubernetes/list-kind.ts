import { z } from "zod";
import type { Listing } from "../../model/ports/listing.ts";
import { PageWatch } from "../../tools/page-watch.ts";
import type { CallKubernetes } from "../../kubernetes/api.ts";
import { type KubernetesKind, type KubernetesObject, kubernetesObject } from "./kinds.ts";

const page = z.object({
  kind: z.string(),
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(kubernetesObject).nullable(),
});

const PAGE_SIZE = 500;
/** A list with an expired continue token starts again, at most this many times. */
const BEGINNINGS = 3;

/** Lists every object of a kind that counts, page by page. A refused or unreadable page makes the listing fail. */
export async function listKind(
  call: CallKubernetes,
  kind: KubernetesKind,
  signal: AbortSignal,
): Promise<Listing<KubernetesObject>> {
  let begun = 1;
  let found: KubernetesObject[] = [];
  let pages = new PageWatch();
  const failed = (reason: string): Listing<KubernetesObject> => ({
    state: "failed",
    reason: `${kind.kind}: ${reason}`,
    partial: found,
  });
  for (let next = ""; ;) {
    const query = new URLSearchParams({
      limit: String(PAGE_SIZE),
      ...(next === "" ? {} : { continue: next }),
    });
    const answer = await call("GET", `${kind.api}/${kind.resource}?${query.toString()}`, signal);
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
    if (parsed.data.kind !== kind.listKind)
      return failed(`the answer is not a list: its kind is ${parsed.data.kind}, expected ${kind.listKind}`);
    found.push(...(parsed.data.items ?? []).filter((object) => kind.counts?.(object) ?? true));
    const token = parsed.data.metadata.continue ?? "";
    if (token === "") return { state: "complete", items: found };
    const endless = pages.next(token);
    if (endless !== undefined) return failed(endless);
    next = token;
  }
}
