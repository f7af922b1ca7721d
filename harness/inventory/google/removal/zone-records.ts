import type { RemoveOutcome } from "../../../model/ports/inventory.ts";
import { PageWatch } from "../../../tools/page-watch.ts";
import type { CallGoogle } from "../api.ts";
import { removeOutcomeOf } from "./outcome.ts";
import { textAt } from "../raw.ts";
import { list, record } from "../refusal.ts";

/** Deletes a zone's records, because Google deletes only empty zones. The zone's own NS and SOA records remain. */
export async function emptyZone(
  call: CallGoogle,
  zone: string,
  signal: AbortSignal,
): Promise<RemoveOutcome | undefined> {
  const pages = new PageWatch();
  for (let pageToken = ""; ;) {
    const answer = await call(
      {
        api: "dns",
        method: "GET",
        path: `${zone}/rrsets`,
        ...(pageToken === "" ? {} : { query: { pageToken } }),
      },
      signal,
    );
    if (answer.state !== "ok") return removeOutcomeOf(answer);
    for (const value of list(answer.body["rrsets"])) {
      const name = textAt(record(value), "name") ?? "";
      const type = textAt(record(value), "type") ?? "";
      if (type === "NS" || type === "SOA") continue;
      const deleted = await call(
        { api: "dns", method: "DELETE", path: `${zone}/rrsets/${name}/${type}` },
        signal,
      );
      if (deleted.state !== "ok" && deleted.state !== "gone") return removeOutcomeOf(deleted);
    }
    pageToken = textAt(answer.body, "nextPageToken") ?? "";
    if (pageToken === "") return undefined;
    const problem = pages.next(pageToken);
    if (problem !== undefined) return { state: "failed", reason: `the records of the zone: ${problem}` };
  }
}
