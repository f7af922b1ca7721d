import { newestOf } from "./coder-support.ts";

/**
 * The versions of Coder's two channels when its calendar of releases was last read, for rehearsals, which use no
 * network and claim no version. A real run reads them where Coder publishes its releases.
 */
export const REHEARSED_CHANNELS = { stable: newestOf("stable"), mainline: newestOf("mainline") } as const;

/** Coder's channels: `stable` is the release that Coder recommends, `mainline` the newest. */
export type CoderChannel = keyof typeof REHEARSED_CHANNELS;
