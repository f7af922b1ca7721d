import type fc from "fast-check";

/** A product's reader's answer to an input. */
export type Outcome =
  | {
      readonly state: "accepted";
      /** Texts that refbench would print of it, as they reach the terminal or a file. */
      readonly printed?: readonly string[];
      /** The value as JSON would have it, and the input that the product's own writer makes of it: both read alike. */
      readonly again?: { readonly value: unknown; readonly written: Uint8Array };
    }
  /** The reader itself answers that it is not readable; throwing a `RefbenchError` says the same. */
  | { readonly state: "refused"; readonly printed?: readonly string[] };

/** Something that reads what others wrote. */
export interface Target<Input = unknown> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** Reads one input as the product does. Anything thrown that is no `RefbenchError` is a finding. */
  readonly read: (input: Input) => Outcome | Promise<Outcome>;
  /** A case takes some 20 ms: files are written, or servers asked. */
  readonly isSlow?: boolean;
  /** A text that no message may hold. */
  readonly secret?: string;
}

/** A target that hides its input's type, so that targets of all kinds fit one list. */
export function target<Input>(one: Target<Input>): Target {
  return one as unknown as Target;
}

export const refused = (...printed: readonly string[]): Outcome => ({ state: "refused", printed });

export const accepted = (...printed: readonly string[]): Outcome => ({ state: "accepted", printed });
