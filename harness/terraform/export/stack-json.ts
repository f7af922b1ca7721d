/** A synthesized stack, as Terraform's JSON syntax has it. */
export interface StackJson {
  readonly terraform: {
    readonly required_version: string;
    readonly required_providers: Readonly<
      Record<string, { readonly source: string; readonly version: string }>
    >;
  };
  readonly provider?: Readonly<Record<string, readonly Json[]>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly locals?: Json;
  readonly output?: Readonly<Record<string, Json>>;
  readonly variable?: Readonly<Record<string, Json>>;
}

export type Json = Readonly<Record<string, unknown>>;

export interface Blocks {
  readonly [name: string]: Blocks;
}

/** What the JSON of a stack does not say: the order of its addresses, and which arguments are blocks. */
export interface Shape {
  readonly order: readonly string[];
  readonly blocks: Readonly<Record<string, Blocks>>;
}
