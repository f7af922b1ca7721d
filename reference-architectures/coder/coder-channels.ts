import { newestOf } from "./coder-support.ts";

/**
 * What Coder's two channels meant when its calendar of releases was last read, for rehearsals: they reach no network, and
 * their version is no claim. A real run asks where Coder publishes its releases.
 */
export const REHEARSED_CHANNELS = { stable: newestOf("stable"), mainline: newestOf("mainline") } as const;

/** Coder's channels: `stable` is the release that Coder recommends, `mainline` the newest. */
export type CoderChannel = keyof typeof REHEARSED_CHANNELS;
