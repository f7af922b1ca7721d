import type { TwinItem } from "../../inventory/item.ts";
import type { Values } from "./value.ts";

/**
 * Text with `{path}` for a value of the resource (dotted, lists by index), for `{project}`, `{region}` and `{zone}`
 * with the provider's own as fallback; `{path|last}` is the text behind the last slash, `{path|other}` has another path
 * as fallback. Also `{cluster}`, `{hash}` (8 hex digits of the key), `{ip}` (an address of 10.0.0.0/8 made of it),
 * `{now}`, `{processor}` (one of two, by the key).
 */
export type OverlayTemplate = string;

/** A value that names another resource, which must exist and cannot be deleted before this one. */
export interface Reference {
  /** Dotted path in the resource; `*` = each element. */
  readonly at: string;
  /** Kind in Terraform's words. */
  readonly kind: string;
  readonly scope: OverlayTemplate;
  /** It lives inside: it vanishes with that, and does not hold it back. */
  readonly parent?: true;
}

/** Facts about one type beyond its schema. Durations are seconds of a real cloud; `--speed` divides them. */
export interface TypeOverlay {
  /** Schema facts that the @cdktf packages do not contain; paths lead through blocks and nested attributes. */
  readonly schema?: {
    readonly version?: number;
    readonly sensitive?: readonly string[];
    readonly writeOnly?: readonly string[];
    readonly maxItems?: Readonly<Record<string, number>>;
  };
  /** The kind that names clash in, when it is not the type: `kubernetes_namespace_v1` is a `kubernetes_namespace`. */
  readonly kind?: string;
  readonly name: OverlayTemplate;
  readonly scope: OverlayTemplate;
  /** How the cloud's messages name it. */
  readonly path: OverlayTemplate;
  readonly id: OverlayTemplate;
  readonly forceNew: readonly string[];
  /** SDK defaults of attributes that are not computed, by dotted path. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Values that the cloud fills in, by dotted path; strings are templates. */
  readonly computed?: Readonly<Record<string, unknown>>;
  /** Blocks that the cloud fills when the configuration has none. */
  readonly computedBlocks?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** Attributes that the cloud computes again at any change. */
  readonly changing?: readonly string[];
  /** Path of its labels; absent = it does not have labels. */
  readonly labels?: string;
  readonly references?: readonly Reference[];
  /** Deletion is refused while this is true. */
  readonly protect?: { readonly at: string; readonly message: OverlayTemplate };
  /** Why the cloud answers a create or a change of these values with an error, if it does. */
  readonly refuses?: (values: Values, parent: TwinItem | undefined) => string | undefined;
  /** An IAM binding: creating an equal one again is not a conflict. */
  readonly shared?: true;
  /** `deletion_policy = "ABANDON"`: Terraform forgets it, the cloud keeps it until its parent is deleted. */
  readonly abandonable?: true;
  readonly seconds: { readonly create: number; readonly delete: number };
}
