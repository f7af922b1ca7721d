import { z } from "zod";
import { parseJson } from "../tools/parse-json.ts";
import type { TerraformProgress, TerraformSummary } from "../model/ports/terraform.ts";

const diagnostic = z.object({
  severity: z.enum(["error", "warning"]),
  summary: z.string(),
  detail: z.string().default(""),
  address: z.string().optional(),
});

/** A message of Terraform about its configuration, a provider or a resource. */
export type Diagnostic = z.infer<typeof diagnostic>;

const count = z.number().int().nonnegative();

const hook = z.object({
  resource: z.object({ addr: z.string() }),
  action: z.enum(["create", "update", "delete", "replace", "read"]),
  elapsed_seconds: z.number().nonnegative().optional(),
});

const line = z.discriminatedUnion("type", [
  z.object({ type: z.literal("diagnostic"), diagnostic }),
  z.object({
    type: z.literal("change_summary"),
    changes: z.object({
      add: count,
      change: count,
      remove: count,
      operation: z.enum(["plan", "apply", "destroy"]),
    }),
  }),
  z.object({ type: z.literal("apply_start"), hook }),
  z.object({ type: z.literal("apply_progress"), hook }),
  z.object({ type: z.literal("apply_complete"), hook }),
  z.object({ type: z.literal("apply_errored"), hook }),
]);

/** One line of Terraform's output, with the parts that the harness uses. */
export type Message =
  | { readonly kind: "diagnostic"; readonly diagnostic: Diagnostic }
  | { readonly kind: "planned" | "done"; readonly summary: TerraformSummary }
  | { readonly kind: "progress"; readonly progress: TerraformProgress }
  /** Not part of the JSON stream, such as a crash or the output of a wrapper script. */
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "other" };

const progressState = {
  apply_start: "started",
  apply_progress: "progress",
  apply_complete: "complete",
  apply_errored: "failed",
} as const;

/** Reads one line of `terraform … -json`. Kinds of a newer Terraform become `other`. */
export function parseMessage(text: string): Message {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch {
    return { kind: "plain", text };
  }
  const parsed = line.safeParse(json);
  if (!parsed.success) return { kind: "other" };
  const message = parsed.data;
  switch (message.type) {
    case "diagnostic":
      return { kind: "diagnostic", diagnostic: message.diagnostic };
    case "change_summary": {
      const { add, change, remove, operation } = message.changes;
      return { kind: operation === "plan" ? "planned" : "done", summary: { add, change, remove } };
    }
    default: {
      const { resource, action, elapsed_seconds: elapsedSeconds } = message.hook;
      return {
        kind: "progress",
        progress: {
          address: resource.addr,
          action,
          state: progressState[message.type],
          ...(elapsedSeconds !== undefined && { elapsedSeconds }),
        },
      };
    }
  }
}
