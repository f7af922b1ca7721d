/*
 * Sources, as the architectures name them: "seed" is Coder's page on scaling of January 2023; "draft" its draft of
 * November 2022; "validated" the validated architectures in Coder's documentation since December 2025. "Ours" marks
 * a choice that no source makes.
 */

import { SUPPORTED_CODER_VERSION } from "./coder/coder-support.ts";
import { WORKSPACE_IMAGE } from "./artefacts/workspace-image.ts";

/** The seed's command and its output. A workspace counts when its terminal showed this output. */
export const SEED_COMMAND = {
  command: "sleep 2 && echo hello",
  expectOutput: "hello",
  /** The seed's command: `--concurrency 0 --cleanup-concurrency 0`, everything at once. */
  concurrency: 0,
  cleanupConcurrency: 0,
} as const;

/** The seed's command sets the only parameter of its template: `home_disk_size=10`. */
export const SEED_HOME_GIB = 10;

/** Validated: an agent needs at least 0.1 cores and 128 MB. */
export const AGENT = { cpuMillis: 100, memoryMib: 128, image: WORKSPACE_IMAGE } as const;

/** External provisioners are a licensed feature, and the seed's rows were measured with built-in ones. */
export const PROVISIONERS = "builtin";

/** Validated: 1 vCPU and 1 GB for each. Ours: 30, the most that Coder's page puts on one machine. */
export const EXTERNAL_PROVISIONERS = { count: 30, cpuMillis: 1_000, memoryMib: 1_024, tags: "" } as const;

/**
 * Ours: with the registry, the first round of builds measures downloads, because Coder gives each daemon its own
 * cache.
 */
export const TEMPLATE_PROVIDERS = "mirror";

/** Ours: tracing costs Coder CPU and memory, so that figures with it are others. */
export const CODER_TRACES = "off";

/**
 * Ours: figures of an unsupported version are useless. The emulator was compared with a real server of 2.31, and not
 * yet with this version.
 */
export const CODER_VERSION = SUPPORTED_CODER_VERSION;
