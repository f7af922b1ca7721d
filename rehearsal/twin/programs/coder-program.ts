import { emulatorConfig } from "../../emulator/config.ts";
import type { EmulatorConfig } from "../../emulator/config.ts";
import { realCoderConfig } from "../../real-coder/config.ts";
import type { TwinSettings } from "../settings.ts";

/** The settings that every Coder of the twin receives, emulated or real. */
export type CoderAsked = Pick<EmulatorConfig, "host" | "port" | "version" | "replicas" | "env" | "tls"> & {
  readonly folder: string;
  readonly inventory: NonNullable<EmulatorConfig["inventory"]>;
};

/** The program that acts as Coder in this twin: the emulator, or the keeper of a real server. */
export interface CoderProgram {
  /** In words, for messages. */
  readonly what: string;
  readonly entry: string;
  readonly config: object;
  /** How long it may take until it answers. */
  readonly readyWithinMs: number;
}

/** Chooses by the twin's settings what a release of Coder really starts. */
export function coderProgram(settings: TwinSettings, { folder, ...asked }: CoderAsked): CoderProgram {
  const { coder, buildSpeed, failBuilds, shellDelayMs, licence } = settings;
  if (coder !== undefined) {
    const { entry, ...found } = coder;
    return {
      what: "the real Coder server",
      entry,
      config: realCoderConfig.parse({ ...asked, schemaVersion: 1, folder, coder: found }),
      // Its own deadline ends it with a reason first.
      readyWithinMs: 150_000,
    };
  }
  return {
    what: "the emulated Coder",
    entry: settings.emulator,
    config: emulatorConfig.parse({
      ...asked,
      schemaVersion: 1,
      version: asked.version.replace(/^v/, ""),
      buildSpeed,
      failBuilds,
      ...(shellDelayMs === undefined ? {} : { shellDelayMs }),
      licence,
      seeded: false,
    }),
    readyWithinMs: 60_000,
  };
}
