import { z } from "zod";

// Only the fields that are used: Coder changes, and every other field may come, go or change its type.

export const errorBody = z.object({
  message: z.string(),
  detail: z.string().optional(),
  validations: z
    .array(z.object({ field: z.string(), detail: z.string() }))
    .nullish()
    .transform((list) => list ?? undefined),
});

/** An answer whose content does not matter. */
export const anything = z.unknown();

export const buildInfo = z.object({ version: z.string(), deployment_id: z.string().default("") });
export type BuildInfo = z.infer<typeof buildInfo>;

export const sessionToken = z.object({ session_token: z.string() });
export const apiKey = z.object({ key: z.string() });
export const uploadedFile = z.object({ hash: z.string() });

export const organization = z.object({
  id: z.string(),
  name: z.string(),
  is_default: z.boolean().default(false),
});
export type Organization = z.infer<typeof organization>;

export const user = z.object({
  id: z.string(),
  username: z.string(),
  email: z.string().default(""),
  created_at: z.string().nullish(),
  last_seen_at: z.string().nullish(),
  status: z.string().nullish(),
  roles: z.array(z.object({ name: z.string() })).default([]),
});
export type User = z.infer<typeof user>;
export const userPage = z.object({ users: z.array(user), count: z.number().nullish() });
export type UserPage = z.infer<typeof userPage>;

/** A moment from which figures are computed: an invalid time would give a figure that cannot be true. */
const instant = z.iso.datetime({ offset: true });

export const job = z.object({
  status: z.enum(["pending", "running", "succeeded", "canceling", "canceled", "failed", "unknown"]),
  created_at: instant,
  started_at: instant.nullish(),
  completed_at: instant.nullish(),
  error: z.string().nullish(),
  /** Such as `INSUFFICIENT_QUOTA`. */
  error_code: z.string().nullish(),
  queue_position: z.number().default(0),
  /** The daemon that took it, `<host of its replica>-<number>`; absent before, and in earlier versions of Coder. */
  worker_name: z.string().nullish(),
  /** Which daemons run it; absent in earlier versions of Coder. */
  tags: z.record(z.string(), z.string()).nullish(),
});
export type Job = z.infer<typeof job>;

/** Whether a provisioner still has to do something for the job. */
export function isActive(of: Job): boolean {
  return of.status === "pending" || of.status === "running" || of.status === "canceling";
}

export const agent = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  lifecycle_state: z.string().default("ready"),
  /** `blocking`: nobody is let in before the start-up script is over. */
  startup_script_behavior: z.string().nullish(),
  /** Set for an agent inside another one, such as a dev container's. */
  parent_id: z.string().nullish(),
  first_connected_at: instant.nullish(),
  started_at: instant.nullish(),
  ready_at: instant.nullish(),
  apps: z
    .array(
      z.object({
        slug: z.string(),
        /** The part of its host before the deployment's wildcard; absent where it is reached by path. */
        subdomain_name: z.string().nullish(),
      }),
    )
    .nullish()
    .transform((list) => list ?? []),
});
export type Agent = z.infer<typeof agent>;

export const build = z.object({
  id: z.string(),
  transition: z.enum(["start", "stop", "delete"]),
  /** `initiator`, or `autostart` for one that Coder made by the workspace's schedule. */
  reason: z.string().nullish(),
  job,
  resources: z
    .array(
      z.object({
        agents: z
          .array(agent)
          .nullish()
          .transform((list) => list ?? []),
      }),
    )
    .nullish()
    .transform((list) => list ?? []),
});
export type Build = z.infer<typeof build>;

export const workspace = z.object({
  id: z.string(),
  name: z.string(),
  created_at: z.string().nullish(),
  owner_id: z.string(),
  owner_name: z.string().default(""),
  template_name: z.string().default(""),
  /** Absent on servers before there were prebuilds. */
  is_prebuild: z.boolean().nullish(),
  latest_build: build,
});
export type Workspace = z.infer<typeof workspace>;
export const workspacePage = z.object({ workspaces: z.array(workspace), count: z.number().nullish() });
export type WorkspacePage = z.infer<typeof workspacePage>;

/** Every agent of the workspace's latest build. */
export function agentsOf(of: Workspace): readonly Agent[] {
  return of.latest_build.resources.flatMap((resource) => resource.agents);
}

export const template = z.object({
  id: z.string(),
  name: z.string(),
  active_version_id: z.string(),
  deprecated: z.boolean().default(false),
  deprecation_message: z.string().default(""),
  /** Parameters are as they were when the version was imported: Coder evaluates nothing again. */
  use_classic_parameter_flow: z.boolean().nullish(),
  /** If false, workspaces stop after `default_ttl_ms`, whatever was requested. */
  allow_user_autostop: z.boolean().default(true),
  default_ttl_ms: z.number().default(0),
  /** Absent in earlier versions of Coder. */
  allow_user_autostart: z.boolean().nullish(),
  autostart_requirement: z.object({ days_of_week: z.array(z.string()).nullish() }).nullish(),
});
export type Template = z.infer<typeof template>;

export const templateVersion = z.object({
  id: z.string(),
  /** With the archive that it was made from. */
  job: job.extend({ file_id: z.string().default("") }),
  archived: z.boolean().default(false),
  has_external_agent: z.boolean().default(false),
});
export type TemplateVersion = z.infer<typeof templateVersion>;

/** Absent lists come as null. */
function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);
}

/** A line of a job's or an agent's log; jobs and agents name the level differently. */
export const logLine = z
  .object({ output: z.string(), log_level: z.string().optional(), level: z.string().optional() })
  .transform(({ output, log_level, level }) => ({ output, level: log_level ?? level ?? "info" }));
export type LogLine = z.infer<typeof logLine>;
export const log = listOf(logLine);

/** How a build's time went, since Coder v2.18 or so; a stage has one row of Coder's and one for each resource. */
export const buildTimings = z.object({
  provisioner_timings: listOf(
    z.object({ started_at: z.string(), ended_at: z.string(), stage: z.string(), resource: z.string() }),
  ),
});
export type BuildTimings = z.infer<typeof buildTimings>;

/** A parameter as the template's active version asks for it. */
export const richParameter = z.object({
  name: z.string(),
  type: z.string(),
  required: z.boolean().default(false),
  default_value: z.string().default(""),
  /** Belongs to one build only, and is not asked for. */
  ephemeral: z.boolean().default(false),
  options: listOf(z.object({ value: z.string() })),
  validation_min: z.number().nullish(),
  validation_max: z.number().nullish(),
  validation_regex: z.string().nullish(),
});
export type RichParameter = z.infer<typeof richParameter>;
export const richParameters = listOf(richParameter);

const presetValues = listOf(
  z
    .object({
      Name: z.string().optional(),
      name: z.string().optional(),
      Value: z.string().optional(),
      value: z.string().optional(),
    })
    .transform(({ Name, name, Value, value }) => [Name ?? name ?? "", Value ?? value ?? ""] as const),
);

/** Coder names the fields of a preset as Go does; its documentation does not. */
export const presets = listOf(
  z
    .object({
      ID: z.string().optional(),
      id: z.string().optional(),
      Name: z.string().optional(),
      name: z.string().optional(),
      DesiredPrebuildInstances: z.number().nullish(),
      desiredPrebuildInstances: z.number().nullish(),
      Parameters: presetValues,
      parameters: presetValues,
    })
    .transform(({ ID, id, Name, name, ...rest }) => ({
      id: ID ?? id ?? "",
      name: Name ?? name ?? "",
      /** Workspaces that are to stand ready. */
      prebuilds: rest.DesiredPrebuildInstances ?? rest.desiredPrebuildInstances ?? 0,
      values: Object.fromEntries([...rest.Parameters, ...rest.parameters]),
    })),
);

export const externalAuths = listOf(
  z.object({
    id: z.string(),
    authenticated: z.boolean().default(false),
    optional: z.boolean().default(false),
  }),
);

export const versionResources = listOf(
  z.object({
    agents: listOf(
      z.object({
        name: z.string(),
        parent_id: z.string().nullish(),
        operating_system: z.string().default("linux"),
        apps: listOf(z.object({ slug: z.string() })),
      }),
    ),
  }),
);

/** The features of a licence that concern a load. */
export const entitlements = z.object({
  features: z
    .record(
      z.string(),
      z.object({
        enabled: z.boolean().default(false),
        limit: z.number().nullish(),
        actual: z.number().nullish(),
      }),
    )
    .default({}),
});

export const templates = listOf(template);

/** Set by a licensed build. A budget below zero means no budget. */
export const quota = z.object({ credits_consumed: z.number(), budget: z.number() });

export const deploymentConfig = z.object({
  config: z.object({
    disable_owner_workspace_exec: z.boolean().nullish(),
    disable_path_apps: z.boolean().nullish(),
    browser_only: z.boolean().nullish(),
    disable_password_auth: z.boolean().nullish(),
    tls: z.object({ enable: z.boolean().nullish() }).nullish(),
    /** Nanoseconds; the second is the limit of site admins' tokens. */
    session_lifetime: z
      .object({
        max_token_lifetime: z.number().nullish(),
        max_admin_token_lifetime: z.number().nullish(),
      })
      .nullish(),
    /** Nanoseconds, as Go counts them. */
    workspace_prebuilds: z.object({ reconciliation_interval: z.number().nullish() }).nullish(),
    notifications: z.object({ inbox: z.object({ enabled: z.boolean().nullish() }).nullish() }).nullish(),
  }),
});

/** The names of its fields are Tailscale's. */
export const connectionInfo = z.object({
  disable_direct_connections: z.boolean(),
  derp_map: z
    .object({
      Regions: z
        .record(
          z.string(),
          z
            .object({
              RegionName: z.string().default(""),
              RegionCode: z.string().default(""),
              Nodes: listOf(z.object({ STUNOnly: z.boolean().default(false) })),
            })
            .nullable(),
        )
        .nullish(),
    })
    .nullish(),
});
export type ConnectionInfo = z.infer<typeof connectionInfo>;

export const signedToken = z.object({ signed_token: z.string() });

export const regions = z.object({
  regions: listOf(
    z.object({
      name: z.string(),
      healthy: z.boolean().default(false),
      /** URL of its API, terminals and apps by path. */
      path_app_url: z.string().default(""),
      wildcard_hostname: z.string().default(""),
    }),
  ),
});

export const notificationsSettings = z.object({ notifier_paused: z.boolean().default(false) });

/** How notifications are sent besides the inbox. */
export const dispatchMethods = z.object({ available: listOf(z.string()), default: z.string().default("") });

/** A notification as the stream of an inbox brings it. */
export const inboxNotification = z.object({ notification: z.object({ title: z.string() }) });

export const prebuildsSettings = z.object({ reconciliation_paused: z.boolean().default(false) });

/** How long a token of the user may live, nanoseconds. */
export const tokenConfig = z.object({ max_token_lifetime: z.number().nullish() });

export const passwordCheck = z.object({ valid: z.boolean(), details: z.string().default("") });

/** What Coder makes of the values of a template's parameters. */
const diagnostics = listOf(
  z.object({
    severity: z.string(),
    summary: z.string().default(""),
    detail: z.string().default(""),
    extra: z.object({ code: z.string().default("") }).nullish(),
  }),
);
const text = z.object({ value: z.string(), valid: z.boolean() });
export const evaluatedParameters = z.object({
  diagnostics,
  parameters: listOf(
    z.object({
      name: z.string(),
      type: z.string().default("string"),
      diagnostics,
      /** Absent in answers that nobody reads values of. */
      value: text.nullish(),
      options: listOf(z.object({ value: text })),
      validations: listOf(
        z.object({
          validation_regex: z.string().nullish(),
          validation_min: z.number().nullish(),
          validation_max: z.number().nullish(),
        }),
      ),
      styling: z.object({ disabled: z.boolean().nullish() }).nullish(),
    }),
  ),
});
/** The same in answers of the form, each with the id of its request; the first has -1. */
export const parameterForm = evaluatedParameters.extend({ id: z.int() });
export type EvaluatedParameters = z.infer<typeof evaluatedParameters>;

/** A named token, without its secret. */
export const tokens = listOf(
  z.object({ id: z.string(), user_id: z.string(), token_name: z.string().default("") }),
);

export const provisionerDaemon = z.object({
  id: z.string(),
  name: z.string(),
  key_name: z.string().nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
  status: z.string().nullish(),
});

export const provisionerKeys = listOf(
  z.object({ id: z.string(), name: z.string(), tags: z.record(z.string(), z.string()).nullish() }),
);
export type ProvisionerKey = z.infer<typeof provisionerKeys>[number];
export const createdProvisionerKey = z.object({ key: z.string().min(1) });

export const replica = z.object({ id: z.string(), hostname: z.string().default("") });

export const applicationsHost = z.object({ host: z.string().default("") });

export const deploymentStats = z.object({
  collected_at: z.string(),
  /** When the server collects them again. */
  next_update_at: z.string().optional(),
  session_count: z.object({
    ssh: z.number(),
    reconnecting_pty: z.number(),
    vscode: z.number().default(0),
    jetbrains: z.number().default(0),
  }),
  /** Counts all workspaces; `building` are those that start, stop or are deleted. */
  workspaces: z.object({ pending: z.number(), building: z.number(), running: z.number() }).optional(),
});
export type DeploymentStats = z.infer<typeof deploymentStats>;
