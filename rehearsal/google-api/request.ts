import { API_NAMES, type ApiName } from "./api-names.ts";
import { type Json, objectOf } from "./json.ts";
import { GoogleRefusal } from "./refusal.ts";

/** One request, with what differs between clients taken out: versions in the path, and the project's number. */
export interface GoogleApiRequest {
  readonly api: ApiName;
  readonly method: string;
  /** Below the API's version, such as `projects/p/global/networks/n`. */
  readonly path: string;
  /** The path's parts. */
  readonly parts: readonly string[];
  /** The text after the colon of the last part, such as `getIamPolicy`. */
  readonly verb: string | undefined;
  readonly query: URLSearchParams;
  readonly body: Json;
}

/**
 * Parts that stand before the resource. With plain http the google provider adds the version to an address that has
 * one already (`/v1/v1/projects/…`), and leaves it out in other calls: all of these are the same path.
 */
const BEFORE_RESOURCE = /^(compute|sql|dns|storage|oauth2|v\d+(alpha|beta)?\d*|beta|alpha)$/;

/** Reads a request's line and body. Throws a refusal where no API of the mock is named, or the body is not JSON. */
export function readRequest(
  method: string,
  url: URL,
  text: string,
  project: { readonly id: string; readonly number: string },
): GoogleApiRequest {
  const [, name = "", ...rest] = url.pathname.split("/").map(decodeURIComponent);
  const api = API_NAMES.find((one) => one === name);
  if (api === undefined) throw new GoogleRefusal(404, "notFound", `there is no API ${name} here`);
  while (BEFORE_RESOURCE.test(rest[0] ?? "")) rest.shift();
  const whole = rest.join("/").replace(/\/$/, "");
  const [, path = whole, verb] = /^(.*):([A-Za-z]+)$/.exec(whole) ?? [];
  const named = path.replace(`projects/${project.number}/`, `projects/${project.id}/`);
  return {
    api,
    method,
    path: named,
    parts: named.split("/"),
    verb,
    query: url.searchParams,
    body: bodyOf(text),
  };
}

function bodyOf(text: string): Json {
  if (text === "") return {};
  try {
    return objectOf(JSON.parse(text, withoutNulls));
  } catch {
    throw new GoogleRefusal(400, "parseError", "Invalid JSON payload received");
  }
}

/** Google passes over a null in a list, which the google provider sends as a machine's node affinities. */
function withoutNulls(_field: string, value: unknown): unknown {
  return Array.isArray(value) ? (value as unknown[]).filter((one) => one !== null) : value;
}
