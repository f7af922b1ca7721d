/**
 * What Coder's two channels meant when this was written, for rehearsals: they reach no network, and their version is
 * no claim. A real run asks where Coder publishes its releases.
 */
export const REHEARSED_CHANNELS = { stable: "2.30.0", mainline: "2.31.0" } as const;

/** Coder's channels: `stable` is the release that Coder recommends, `mainline` the newest. */
export type CoderChannel = keyof typeof REHEARSED_CHANNELS;
