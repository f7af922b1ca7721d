import { randomUUID } from "node:crypto";
import {
  latestBuild,
  type EmulatedTemplate,
  type EmulatedUser,
  type EmulatedWorkspace,
} from "../state/types.ts";
import { newWorkspace } from "../state/new-workspace.ts";
import { randomText, type World } from "../state/world.ts";
import type { WorkspaceBuilds } from "./workspace-builds.ts";

/** Coder's default, divided by the speed of builds. */
const INTERVAL_MS = 60_000;

/** How often the reconciler of a deployment looks. */
export function reconciliationMs(world: World): number {
  return INTERVAL_MS / world.config.buildSpeed;
}

/**
 * Keeps as many workspaces of the user `prebuilds` alive as the presets of each template's active version ask for, as a
 * licensed Coder does, until it is paused.
 */
export class PrebuildsReconciler {
  isPaused = false;
  readonly #world: World;
  readonly #builds: WorkspaceBuilds;
  readonly #timer: NodeJS.Timeout;
  /** The preset of each prebuilt workspace. */
  readonly #presets = new Map<string, string>();
  #owner: EmulatedUser | undefined;

  constructor(world: World, builds: WorkspaceBuilds) {
    this.#world = world;
    this.#builds = builds;
    this.#timer = setInterval(() => this.#reconcile(), reconciliationMs(world)).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #reconcile(): void {
    if (this.isPaused || this.#world.config.licence !== "simulated") return;
    for (const template of this.#world.templates.values()) {
      const { id, parsed } = this.#world.activeVersion(template);
      for (const { name, instances } of parsed.presets) {
        const preset = `${id}/${name}`;
        for (let alive = this.#alive(preset); alive < instances; alive += 1) this.#create(template, preset);
      }
    }
  }

  #alive(preset: string): number {
    return [...this.#world.workspaces.values()].filter(
      (workspace) =>
        this.#presets.get(workspace.id) === preset &&
        !workspace.deleted &&
        latestBuild(workspace).transition === "start",
    ).length;
  }

  #create(template: EmulatedTemplate, preset: string): void {
    const owner = (this.#owner ??= this.#world.addUser({
      ...{ email: "prebuilds@system", username: "prebuilds", name: "Prebuilds Owner" },
      ...{ password: randomUUID(), active: true, loginType: "none", isSystem: true },
    }));
    const name = `prebuild-${randomText(8).toLowerCase()}`;
    const workspace: EmulatedWorkspace = {
      ...newWorkspace(owner, template, name, undefined),
      isPrebuild: true,
    };
    this.#world.workspaces.set(workspace.id, workspace);
    this.#world.workspacesByName.set(`${owner.id}/${name}`, workspace);
    this.#presets.set(workspace.id, preset);
    this.#builds.submit(workspace, {
      transition: "start",
      version: this.#world.activeVersion(template),
      initiatorId: owner.id,
      parameters: [],
    });
  }
}
