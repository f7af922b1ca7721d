/** A handler's answer. It has no body when neither `json` nor `text` is given. */
export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Validation {
  readonly field: string;
  readonly detail: string;
}

export function ok(json: unknown): Reply {
  return { status: 200, json };
}

export function created(json: unknown): Reply {
  return { status: 201, json };
}

/** Coder's error body. */
export function problem(
  status: number,
  message: string,
  more: { readonly detail?: string; readonly validations?: readonly Validation[] } = {},
): Reply {
  return { status, json: { message, ...more } };
}

export const NOT_FOUND = problem(404, "Resource not found or you do not have access to this resource");
export const ROUTE_NOT_FOUND = problem(404, "Route not found.");
export const FORBIDDEN = problem(403, "Forbidden.", {
  detail:
    "You don't have permission to view this content. If you believe this is a mistake, please contact your administrator or try signing in with different credentials.",
});
