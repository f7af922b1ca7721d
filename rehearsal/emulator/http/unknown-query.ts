import { problem } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { ApiRequest } from "./request.ts";

/** The refusal of a query with names that are not known; most of Coder's routes ignore such names, and need none. */
export function unknownQuery(
  { query }: Pick<ApiRequest, "query">,
  known: readonly string[],
  message = "Invalid query parameters.",
): Reply | undefined {
  const validations = [...new Set(query.keys())]
    .filter((field) => !known.includes(field))
    .map((field) => ({ field, detail: `"${field}" is not a valid query param` }));
  return validations.length === 0 ? undefined : problem(400, message, { validations });
}
