import { randomUUID } from "node:crypto";
import type { BuildFault, EmulatorFaults } from "../faults.ts";
import type { WorkspaceResources } from "../resources/workspace-resources.ts";
import type {
  EmulatedAgent,
  EmulatedBuild,
  NamedValue,
  Resource,
  EmulatedTemplateVersion,
  Transition,
  EmulatedWorkspace,
} from "../state/types.ts";
import { latestBuild } from "../state/types.ts";
import { now } from "../state/world.ts";
import type { World } from "../state/world.ts";
import { DURATION_MODEL, fails } from "../duration-model.ts";
import type { Provisioner, BuildWork } from "./provisioner.ts";

/** Builds of workspaces: what they do to agents, resources and the workspace itself. */
export class WorkspaceBuilds {
  readonly #world: World;
  readonly #provisioner: Provisioner;
  readonly #resources: WorkspaceResources;
  readonly #work = new Map<string, BuildWork>();
  /** Called when an agent's workspace goes down, so that its terminals and SSH sessions end. */
  readonly #onAgentGone: (agent: EmulatedAgent) => void;
  readonly #faults: EmulatorFaults;
  #starts = 0;

  constructor(
    world: World,
    provisioner: Provisioner,
    resources: WorkspaceResources,
    onAgentGone: (agent: EmulatedAgent) => void,
    faults: EmulatorFaults = {},
  ) {
    this.#faults = faults;
    this.#world = world;
    this.#provisioner = provisioner;
    this.#resources = resources;
    this.#onAgentGone = onAgentGone;
  }

  /** Queues a build as the workspace's newest. */
  submit(
    workspace: EmulatedWorkspace,
    fields: {
      transition: Transition;
      version: EmulatedTemplateVersion;
      initiatorId: string;
      parameters: readonly NamedValue[];
      reason?: "autostart";
    },
  ): EmulatedBuild {
    const id = randomUUID();
    const job = this.#world.addJob({
      type: "workspace_build",
      fileId: fields.version.job.fileId,
      initiatorId: fields.initiatorId,
      input: { workspace_build_id: id },
      tags: fields.version.job.tags,
    });
    const build: EmulatedBuild = {
      ...fields,
      id,
      number: workspace.builds.length + 1,
      workspace,
      job,
      createdAt: job.createdAt,
      updatedAt: job.createdAt,
      resources: [],
    };
    workspace.builds.push(build);
    this.#world.builds.set(build.id, build);
    const work = fields.transition === "start" ? this.#start(build) : this.#down(build, fields.transition);
    this.#work.set(job.id, work);
    this.#provisioner.submit(job, work);
    return build;
  }

  /** False when the build is over. */
  cancel(build: EmulatedBuild): boolean {
    return this.#provisioner.cancel(build.job, this.#work.get(build.job.id));
  }

  #start(build: EmulatedBuild): BuildWork {
    this.#starts += 1;
    const failing = fails(this.#starts, this.#world.config.failBuilds);
    const fault = this.#faults.build?.(build);
    return {
      kind: "start",
      isEndless: () => fault?.ends === "never",
      failure: () =>
        failing
          ? { error: "terraform apply: exit status 1", log: POD_NOT_SCHEDULED, stage: "apply" }
          : failureOf(fault),
      finish: (outcome) => {
        this.#finished(build);
        if (!build.job.startedAt) return;
        this.#resources.started(build, outcome === "failed" ? "volume" : "pod");
        if (outcome === "failed") return;
        build.resources = resourcesOf(this.#world, build.version, "start", build.job.id, build.workspace);
        if (build.workspace.ttlMs !== undefined) {
          build.deadline = new Date(Date.now() + build.workspace.ttlMs).toISOString();
        }
        if (outcome === "succeeded") {
          for (const agent of build.resources.flatMap(({ agents }) => agents)) {
            this.#connect(agent).catch(() => undefined);
          }
        }
      },
    };
  }

  #down(build: EmulatedBuild, kind: "stop" | "delete"): BuildWork {
    const fault = this.#faults.build?.(build);
    return {
      kind,
      isEndless: () => fault?.ends === "never",
      failure: () => failureOf(fault),
      finish: (outcome) => {
        this.#finished(build);
        if (!build.job.startedAt || outcome === "failed" || fault?.ends === "canceled") return;
        for (const earlier of build.workspace.builds) {
          for (const agent of earlier.resources.flatMap(({ agents }) => agents)) this.#disconnect(agent);
        }
        if (kind === "stop") {
          this.#resources.stopped(build);
          return;
        }
        // Seen on the real server: a delete that was cancelled in the middle leaves a deleted workspace.
        this.#resources.deleted(build);
        this.#forget(build.workspace);
      },
    };
  }

  #finished(build: EmulatedBuild): void {
    build.updatedAt = now();
    this.#work.delete(build.job.id);
  }

  #forget(workspace: EmulatedWorkspace): void {
    workspace.deleted = true;
    workspace.updatedAt = now();
    this.#world.workspacesByName.delete(`${workspace.ownerId}/${workspace.name.toLowerCase()}`);
  }

  async #connect(agent: EmulatedAgent): Promise<void> {
    if (this.#faults.isLost?.(agent) === true) return;
    await this.#provisioner.pause(DURATION_MODEL.agentConnect);
    if (agent.disconnectedAt) return;
    agent.firstConnectedAt = agent.updatedAt = now();
    agent.lifecycle = "starting";
    await this.#provisioner.pause(DURATION_MODEL.agentStart);
    agent.startedAt = agent.updatedAt = now();
    const { ends } = agent.declared.startup;
    this.#log(agent, "info", "Running the start-up script");
    if (ends === "never") return;
    await this.#provisioner.pause(DURATION_MODEL.agentReady);
    agent.readyAt = agent.updatedAt = now();
    agent.lifecycle = ends;
    if (ends === "start_error") this.#log(agent, "error", "start-up script: exit status 1");
  }

  #log(agent: EmulatedAgent, level: "info" | "error", text: string): void {
    agent.logs.push({ id: this.#world.nextLogId(), at: now(), level, text });
  }

  #disconnect(agent: EmulatedAgent): void {
    if (agent.disconnectedAt) return;
    agent.disconnectedAt = agent.updatedAt = now();
    agent.lifecycle = "off";
    this.#onAgentGone(agent);
  }
}

/** A build that ends canceled is one that fails with another word. */
function failureOf(fault: BuildFault | undefined): ReturnType<NonNullable<BuildWork["failure"]>> {
  if (fault?.ends === "failed") return { ...fault, stage: "apply" };
  return fault?.ends === "canceled" ? { error: "canceled", outcome: "canceled", stage: "apply" } : undefined;
}

/** Terraform's output for a job whose error only says that it failed. */
const POD_NOT_SCHEDULED = [
  "╷",
  "│ Error: pod was not scheduled in time",
  "│",
  "│   with kubernetes_pod.main, on main.tf",
  "╵",
];

/** The resources a template makes, with its agents in the first of them; agents of a workspace can be looked up. */
export function resourcesOf(
  world: World,
  version: EmulatedTemplateVersion,
  transition: Transition,
  jobId: string,
  workspace?: EmulatedWorkspace,
): Resource[] {
  const { parsed } = version;
  const declared = parsed.resources.length > 0 ? parsed.resources : [{ type: "coder_agent", name: "main" }];
  // Coder hangs an agent on the resource that uses it: here the last one declared, a pod after its volume.
  const host = declared.at(-1);
  return declared.map((resource) => {
    const id = randomUUID();
    const createdAt = now();
    // An agent inside another agent comes with a workspace; a template's version does not list it.
    const agents =
      resource === host ? parsed.agents.filter(({ parent }) => workspace || parent === undefined) : [];
    const ids = new Map(agents.map(({ name }) => [name, randomUUID()]));
    return {
      id,
      createdAt,
      jobId,
      transition,
      ...resource,
      agents: agents.map((declared) => {
        const { name, parent } = declared;
        const parentId = parent === undefined ? undefined : ids.get(parent);
        const agent: EmulatedAgent = {
          id: ids.get(name) ?? randomUUID(),
          name,
          declared,
          logs: [],
          ...(parentId === undefined ? {} : { parentId }),
          resourceId: id,
          createdAt,
          connectionTimeoutSeconds: 120,
          apps: parsed.apps
            .filter((app) => app.agent === name)
            .map(({ slug, subdomain }) => ({ slug, subdomain })),
          updatedAt: createdAt,
          lifecycle: "created",
          ...(workspace ? { workspace } : {}),
        };
        world.agents.set(agent.id, agent);
        return agent;
      }),
    };
  });
}

/** The agents of a workspace's newest build. */
export function currentAgents(workspace: EmulatedWorkspace): EmulatedAgent[] {
  return latestBuild(workspace).resources.flatMap(({ agents }) => agents);
}
