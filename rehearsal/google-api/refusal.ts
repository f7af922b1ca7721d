/** A refusal that the API answers with; thrown by a route, written by the server. */
export class GoogleRefusal extends Error {
  readonly status: number;
  /** Google's own word for it, such as `notFound` or `resourceInUseByAnotherResource`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.name = "GoogleRefusal";
    this.status = status;
    this.reason = reason;
  }

  get body(): unknown {
    return googleError(this.status, this.reason, this.message);
  }
}

/** The canonical code that belongs to a status of HTTP, as Google's newer APIs write it beside the reason. */
const CANONICAL: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ALREADY_EXISTS",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

/** Reasons whose canonical code is not that of their status. */
const BY_REASON: Readonly<Record<string, string>> = {
  failedPrecondition: "FAILED_PRECONDITION",
  aborted: "ABORTED",
};

/** An error as Google's JSON APIs write it. */
export function googleError(code: number, reason: string, message: string): unknown {
  const status = BY_REASON[reason] ?? CANONICAL[code];
  return {
    error: {
      code,
      message,
      errors: [{ message, domain: "global", reason }],
      ...(status === undefined ? {} : { status }),
      details: [],
    },
  };
}

/** 404: the resource does not exist. */
export function notFound(path: string): GoogleRefusal {
  return new GoogleRefusal(404, "notFound", `The resource '${path}' was not found`);
}

/** 409: the name is taken. */
export function alreadyExists(path: string): GoogleRefusal {
  return new GoogleRefusal(409, "alreadyExists", `The resource '${path}' already exists`);
}

/** 400: a field has a value that is not allowed. */
export function invalid(field: string, value: unknown, why: string): GoogleRefusal {
  return new GoogleRefusal(
    400,
    "invalid",
    `Invalid value for field '${field}': '${typeof value === "string" ? value : JSON.stringify(value)}'. ${why}`,
  );
}
