import { expect, test } from "vitest";
import type { TerraformProgress } from "../../../../harness/model/ports/terraform.ts";
import type { ProgressEvent } from "../../../../harness/pipeline/folder/resource-counts.ts";
import { measureResourceSeconds } from "../../../../harness/pipeline/record/resource-seconds.ts";

const event = (
  second: number,
  address: string,
  state: TerraformProgress["state"],
  { action = "create", stack = "gke-cloud" }: { action?: TerraformProgress["action"]; stack?: string } = {},
): ProgressEvent => ({
  type: "terraform.progress",
  stack,
  progress: { address, action, state },
  // The wall clock was set back in between: elapsed time counts.
  at: new Date(second > 5 ? 0 : 1_000_000).toISOString(),
  sinceBoot: { boot: "b", ms: second * 1_000 },
});

test("each create counts from its start to its end by elapsed time, by kind, with instances and modules", () => {
  expect(
    measureResourceSeconds([
      event(0, "google_sql_database_instance.db", "started"),
      event(1, "google_container_node_pool.pool[0]", "started"),
      event(1, 'module.m.google_container_node_pool.pool["a.b"]', "started"),
      event(5, "google_sql_database_instance.db", "progress"),
      event(11, "google_container_node_pool.pool[0]", "complete"),
      event(21, 'module.m.google_container_node_pool.pool["a.b"]', "complete"),
      event(400.256, "google_sql_database_instance.db", "complete"),
    ]),
  ).toEqual({
    google_container_node_pool: { count: 2, medianSeconds: 15, longestSeconds: 20 },
    google_sql_database_instance: { count: 1, medianSeconds: 400.26, longestSeconds: 400.26 },
  });
});

test("deletes, failures, and creates whose start or end was not seen count nowhere", () => {
  expect(
    measureResourceSeconds([
      event(0, "a_b.deleted", "started", { action: "delete" }),
      event(9, "a_b.deleted", "complete", { action: "delete" }),
      event(0, "a_b.failed", "started"),
      event(9, "a_b.failed", "failed"),
      event(9, "a_b.unseen", "complete"),
      event(0, "a_b.other", "started", { stack: "gke-coder" }),
      event(9, "a_b.other", "complete"),
    ]),
  ).toEqual({});
});
