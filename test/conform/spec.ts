/** A schema of Swagger 2 as far as the comparison needs it. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
}

interface Operation {
  readonly responses?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Document {
  readonly basePath?: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly definitions: Readonly<Record<string, Schema>>;
}

/** The API description, asked for schemas. */
export interface Spec {
  /** Returns the schema of an answer, or undefined if the description has none. */
  answer(method: string, path: string, status: number): Schema | undefined;
  /** A schema with its references followed. */
  resolved(schema: Schema): Schema;
}

export function specOf(parsed: unknown): Spec {
  const document = parsed as Document;
  const base = document.basePath ?? "";
  const paths = Object.entries(document.paths).map(([path, operations]) => ({
    segments: `${path.startsWith(base) ? "" : base}${path}`.split("/"),
    operations,
  }));
  const resolved = (schema: Schema): Schema => {
    if (schema.allOf?.[0]) return resolved(schema.allOf[0]);
    const name = schema.$ref?.replace("#/definitions/", "");
    const definition = name === undefined ? undefined : document.definitions[name];
    return definition ? resolved(definition) : schema;
  };
  return {
    answer: (method, path, status) => {
      const asked = path.split("/");
      const found = paths
        .filter(({ segments }) => matches(segments, asked))
        .sort((a, b) => variables(a.segments) - variables(b.segments))[0];
      return found?.operations[method.toLowerCase()]?.responses?.[String(status)]?.schema;
    },
    resolved,
  };
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((segment, index) => segment.startsWith("{") || segment === path[index])
  );
}

function variables(segments: readonly string[]): number {
  return segments.filter((segment) => segment.startsWith("{")).length;
}
