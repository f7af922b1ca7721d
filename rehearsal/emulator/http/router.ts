import type { ApiRequest } from "./request.ts";
import type { Reply } from "./reply.ts";

/** One endpoint: `pattern` has `{name}` for a segment that varies. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly pattern: string;
  /** The callers that may use it. @default any session */
  readonly access?: "anyone" | "owner";
  /** A stricter limit than the general one. */
  readonly limit?: "login" | "files";
  handle(request: ApiRequest): Reply | Promise<Reply>;
}

export type Match =
  | { readonly state: "found"; readonly route: Route; readonly params: Record<string, string> }
  | { readonly state: "wrong-method" }
  | { readonly state: "none" };

interface Node {
  readonly literals: Map<string, Node>;
  variable?: Node;
  readonly routes: Map<string, { readonly route: Route; readonly names: readonly string[] }>;
}

/** Routes by path segment: a literal segment wins over a varying one. */
export class Router {
  readonly #root = node();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  match(method: string, path: string): Match {
    const segments = path.split("/").filter((segment) => segment !== "");
    const values: string[] = [];
    const found = find(this.#root, segments, 0, values);
    if (!found) return { state: "none" };
    const entry = found.routes.get(method) ?? (method === "HEAD" ? found.routes.get("GET") : undefined);
    if (!entry) return { state: "wrong-method" };
    const params = Object.fromEntries(entry.names.map((name, index) => [name, values[index] ?? ""]));
    return { state: "found", route: entry.route, params };
  }

  #add(route: Route): void {
    let at = this.#root;
    const names: string[] = [];
    for (const segment of route.pattern.split("/").filter((part) => part !== "")) {
      if (segment.startsWith("{")) {
        names.push(segment.slice(1, -1));
        at = at.variable ??= node();
      } else {
        let next = at.literals.get(segment);
        if (!next) at.literals.set(segment, (next = node()));
        at = next;
      }
    }
    at.routes.set(route.method, { route, names });
  }
}

function node(): Node {
  return { literals: new Map(), routes: new Map() };
}

function find(at: Node, segments: readonly string[], depth: number, values: string[]): Node | undefined {
  const segment = segments[depth];
  if (segment === undefined) return at.routes.size > 0 ? at : undefined;
  const literal = at.literals.get(segment);
  const byLiteral = literal && find(literal, segments, depth + 1, values);
  if (byLiteral) return byLiteral;
  if (!at.variable) return undefined;
  const before = values.length;
  values.push(decodeURIComponent(segment));
  const found = find(at.variable, segments, depth + 1, values);
  if (!found) values.length = before;
  return found;
}
