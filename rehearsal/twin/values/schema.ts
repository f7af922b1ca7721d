/** A cty type as `terraform providers schema -json` prints it. */
export type CtyType =
  | "string"
  | "number"
  | "bool"
  | "dynamic"
  | readonly ["list" | "set" | "map", CtyType]
  | readonly ["object", Readonly<Record<string, CtyType>>];

/** One attribute; either `type` or `nested_type`. */
export interface AttributeSchema {
  type?: CtyType;
  nested_type?: NestedType;
  required?: boolean;
  optional?: boolean;
  computed?: boolean;
  sensitive?: boolean;
  write_only?: boolean;
}

/** Nested attributes, as framework providers have. */
export interface NestedType {
  nesting_mode: "single" | "list" | "set" | "map";
  attributes: Record<string, AttributeSchema>;
}

/** A nested block, as SDK providers have. */
export interface BlockType {
  nesting_mode: "single" | "list" | "set" | "map";
  block: BlockSchema;
  min_items?: number;
  max_items?: number;
}

export interface BlockSchema {
  attributes?: Record<string, AttributeSchema>;
  block_types?: Record<string, BlockType>;
}

/** The schema of one resource, data source or provider, in the shape of `terraform providers schema -json`. */
export interface TypeSchema {
  version: number;
  block: BlockSchema;
}
