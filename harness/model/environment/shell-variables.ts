/**
 * Kinds of programs that refbench starts. Each gets only the variables of the shell that it needs.
 *
 * - `refbench`: the reaper, and the commands of a night
 * - `worker`: the program that makes a load, on this machine or on a load runner
 * - `terraform`: Terraform, its providers, and the programs by which these enter a cluster
 * - `synthesis`: the cdktf app, which writes the stacks
 * - `tunnel`: `gcloud` and `aws`
 * - `git`, and other programs that are asked for their version
 * - `coder`: Coder's own binary
 * - `server`: the twin's servers, and a real Coder's database and agents
 */
export const CHILD_KINDS = [
  "refbench",
  "worker",
  "terraform",
  "synthesis",
  "tunnel",
  "git",
  "coder",
  "server",
] as const;
export type ChildKind = (typeof CHILD_KINDS)[number];

/** The treatment of one group of the shell's variables. docs/environment.md shows each as a row. */
export interface VariableRule {
  /** As docs/environment.md writes them. */
  readonly shown: string;
  readonly names: RegExp;
  /** Which children get them. The names of no rule, and those of a rule without children, reach nobody. */
  readonly to: readonly ChildKind[];
  /**
   * Taken out of this process's own environment too: its libraries read it. `said` names the variable on stderr,
   * where somebody may have meant it.
   */
  readonly removed?: "silently" | "said";
  /** For documents, after the row's names. */
  readonly why: string;
}

const CLOUD_CHILDREN = ["refbench", "terraform", "tunnel"] as const;

/** The first rule whose names fit decides. */
export const VARIABLE_RULES: readonly VariableRule[] = [
  {
    shown: "`PATH`, `TMPDIR`, `LANG`, `LC_*`, `TZ`, `LD_LIBRARY_PATH`",
    names: /^(PATH|TMPDIR|TEMP|TMP|SYSTEMROOT|LANG|LANGUAGE|LC_\w+|TZ|LD_LIBRARY_PATH)$/,
    to: CHILD_KINDS,
    why: "where programs and their libraries are",
  },
  {
    shown: "`HOME`, `USER`",
    names: /^(HOME|USER|LOGNAME)$/,
    to: ["refbench", "worker", "terraform", "synthesis", "tunnel", "git", "server"],
    why: "where credentials and caches are; Coder's binary gets a folder of its own",
  },
  {
    shown: "`XDG_CONFIG_HOME`",
    names: /^XDG_CONFIG_HOME$/,
    to: ["refbench", "git"],
    why: "where the settings of git and the login of `coder` are",
  },
  {
    shown: "`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, `ALL_PROXY`",
    names: /^(https?_proxy|no_proxy|all_proxy)$/i,
    to: [...CLOUD_CHILDREN, "coder"],
    why: "the way out of this network; a load goes through a proxy only by `--proxy`",
  },
  {
    shown: "`SSL_CERT_FILE`, `SSL_CERT_DIR`",
    names: /^SSL_CERT_(FILE|DIR)$/,
    to: [...CLOUD_CHILDREN, "worker", "coder", "server"],
    why: "whom to trust",
  },
  {
    shown: "`NODE_EXTRA_CA_CERTS`, `NODE_USE_SYSTEM_CA`",
    names: /^(NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA)$/,
    to: ["refbench", "worker"],
    why: "whom to trust, for Node",
  },
  {
    shown: "`AWS_CA_BUNDLE`, `REQUESTS_CA_BUNDLE`, `CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE`",
    names: /^(AWS_CA_BUNDLE|REQUESTS_CA_BUNDLE|CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE)$/,
    to: CLOUD_CHILDREN,
    why: "whom to trust, for the clouds' tools",
  },
  {
    shown:
      "`GOOGLE_APPLICATION_CREDENTIALS`, `GOOGLE_CREDENTIALS`, `GOOGLE_OAUTH_ACCESS_TOKEN`, `GOOGLE_IMPERSONATE_SERVICE_ACCOUNT`, …",
    names:
      /^(GOOGLE_(APPLICATION_CREDENTIALS|CREDENTIALS|CLOUD_KEYFILE_JSON|OAUTH_ACCESS_TOKEN|IMPERSONATE_SERVICE_ACCOUNT|EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES)|GCLOUD_KEYFILE_JSON|GCE_METADATA_(HOST|IP|ROOT))$/,
    to: CLOUD_CHILDREN,
    why: "Google credentials",
  },
  {
    shown: "`CLOUDSDK_CONFIG`, `CLOUDSDK_ACTIVE_CONFIG_NAME`, `CLOUDSDK_CORE_ACCOUNT`, `CLOUDSDK_AUTH_*`",
    names: /^CLOUDSDK_(CONFIG|ACTIVE_CONFIG_NAME|CORE_ACCOUNT|AUTH_\w+)$/,
    to: CLOUD_CHILDREN,
    why: "credentials of `gcloud`",
  },
  {
    shown: "`CLOUDSDK_PYTHON*`, `CLOUDSDK_PROXY_*`, `CLOUDSDK_ROOT_DIR`",
    names: /^CLOUDSDK_(PYTHON\w*|PROXY_\w+|ROOT_DIR)$/,
    to: CLOUD_CHILDREN,
    why: "without them `gcloud` does not start, or reaches nobody",
  },
  {
    shown:
      "`AWS_PROFILE`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN`, `AWS_CONFIG_FILE`, …",
    names:
      /^AWS_(PROFILE|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|CREDENTIAL_EXPIRATION|CONFIG_FILE|SHARED_CREDENTIALS_FILE|WEB_IDENTITY_TOKEN_FILE|ROLE_ARN|ROLE_SESSION_NAME|CONTAINER_\w+|EC2_METADATA_\w+)$/,
    to: CLOUD_CHILDREN,
    why: "AWS credentials",
  },
  {
    shown: "`AWS_ENDPOINT_URL*`, `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`, `GOOGLE_*_CUSTOM_ENDPOINT`",
    names:
      /^(AWS_ENDPOINT_URL(_\w+)?|AWS_IGNORE_CONFIGURED_ENDPOINT_URLS|GOOGLE_[A-Z0-9_]+_CUSTOM_ENDPOINT)$/,
    to: CLOUD_CHILDREN,
    why: "an emulated cloud; kept in the plan, makes the run unofficial, another value later is refused",
  },
  {
    shown: "`GOOGLE_PROJECT`, `GOOGLE_CLOUD_PROJECT`, `GCLOUD_PROJECT`, `CLOUDSDK_CORE_PROJECT`",
    names: /^(GOOGLE_PROJECT|GOOGLE_CLOUD_PROJECT|GCLOUD_PROJECT|CLOUDSDK_CORE_PROJECT)$/,
    to: ["refbench"],
    why: "preflight refuses another project than `--project`; no tool gets them",
  },
  {
    shown: "`AWS_REGION`, `AWS_DEFAULT_REGION`",
    names: /^(AWS_REGION|AWS_DEFAULT_REGION)$/,
    to: ["refbench"],
    why: "where a bucket lies whose URL does not say; the place of a run comes from its flags",
  },
  {
    shown: "`TF_CLI_CONFIG_FILE`, `TERRAFORM_CONFIG`",
    names: /^(TF_CLI_CONFIG_FILE|TERRAFORM_CONFIG)$/,
    to: ["refbench", "terraform"],
    why: "where providers come from, as `~/.terraformrc` says too; a real run refuses `dev_overrides`, a rehearsal sets its own",
  },
  {
    shown: "`REFBENCH_TWIN_MACHINE`",
    names: /^REFBENCH_TWIN_MACHINE$/,
    to: ["worker"],
    why: "the twin's mark on the processes of one of its machines",
  },
  {
    shown: "`REFBENCH_*`",
    names: /^REFBENCH_\w+$/,
    to: ["refbench"],
    why: "flags; see the table above for nights",
  },
  {
    shown: "`CI`, `GITHUB_ACTIONS`, `TERM`, `COLUMNS`, `NO_COLOR`, `FORCE_COLOR`",
    names: /^(CI|GITHUB_ACTIONS|TERM|COLUMNS|NO_COLOR|FORCE_COLOR)$/,
    to: ["refbench"],
    why: "how progress is shown; on CI a run needs buckets",
  },
  {
    shown: "every other `TF_*`: `TF_WORKSPACE`, `TF_CLI_ARGS*`, `TF_VAR_*`, `TF_DATA_DIR`, `TF_LOG*`, …",
    names: /^TF_\w+$/i,
    to: [],
    removed: "said",
    why: "they change what Terraform does, or where its state lies; logs would hold secrets",
  },
  {
    shown: "`CDKTF_*`, `TSX_*`, `ESBUILD_*`",
    names: /^(CDKTF_\w+|TSX_\w+|ESBUILD_\w+)$/,
    to: [],
    removed: "said",
    why: "they change which stacks and programs are built",
  },
  {
    shown: "`NODE_TLS_REJECT_UNAUTHORIZED`",
    names: /^NODE_TLS_REJECT_UNAUTHORIZED$/,
    to: [],
    removed: "said",
    why: "any certificate would be believed: `--ca-file` or `NODE_EXTRA_CA_CERTS` names whom to trust",
  },
  {
    shown: "`NODE_OPTIONS`, `NODE_DEBUG`, `NODE_DEBUG_NATIVE`",
    names: /^(NODE_OPTIONS|NODE_DEBUG|NODE_DEBUG_NATIVE)$/,
    to: [],
    removed: "silently",
    why: "Node has read them already, so `run`, `stage`, `nightly` and `scaletest` refuse to start (exit 2): code of another would run in this process, or secrets be printed. Sizes of the heap and warnings in `NODE_OPTIONS` are accepted here, and reach no child",
  },
  {
    shown: "`NODE_PATH`, `NODE_V8_COVERAGE`, `NODE_USE_ENV_PROXY`, `UV_*`, `OPENSSL_CONF`",
    names: /^(NODE_(PATH|V8_COVERAGE|USE_ENV_PROXY|PRESERVE_SYMLINKS\w*)|UV_\w+|OPENSSL_CONF)$/,
    to: [],
    removed: "said",
    why: "they change how Node works, and so how fast the generator is",
  },
  {
    shown: "`LD_PRELOAD`, `LD_AUDIT`, `DYLD_INSERT_LIBRARIES`, `MALLOC_*`, `GOMAXPROCS`, `GODEBUG`, `GOGC`",
    names: /^(LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES|MALLOC_\w+|GO(MAXPROCS|DEBUG|GC|MEMLIMIT))$/,
    to: [],
    removed: "said",
    why: "they change how every program works: clocks, memory, connections",
  },
  {
    shown: "`GIT_DIR`, `GIT_WORK_TREE`, `GIT_INDEX_FILE`, `GIT_CONFIG*`, …",
    names: /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|CONFIG\w*|CEILING_DIRECTORIES)$/,
    to: [],
    removed: "said",
    why: "they name another commit than the checkout's; trust a checkout by `git config --global`",
  },
  {
    shown:
      "`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, and `…_HEADERS`, `…_CERTIFICATE`",
    names:
      /^OTEL_EXPORTER_OTLP_(TRACES_)?(ENDPOINT|HEADERS|COMPRESSION|CERTIFICATE|CLIENT_KEY|CLIENT_CERTIFICATE)$/,
    to: ["refbench"],
    why: "the collector that gets a run's spans, from the process that writes its record",
  },
  {
    shown: "every other `OTEL_*`",
    names: /^OTEL_\w+$/,
    to: [],
    removed: "silently",
    why: "they would leave out spans that the record counts, or add what nobody checked for secrets",
  },
  {
    shown: "`KUBE_*`, `HELM_*`",
    names: /^(KUBE|HELM)_\w+$/,
    to: [],
    removed: "said",
    why: "they lead the providers to another cluster or chart",
  },
  {
    shown: "`KUBECONFIG`",
    names: /^KUBECONFIG$/,
    to: [],
    why: "the kubeconfig of your own cluster, where `--kubeconfig` names none and this names one file; no tool gets it",
  },
  {
    shown: "`SSH_*`, every other `AWS_*`, `GOOGLE_*`, `CLOUDSDK_*`, `GIT_*`",
    names: /^(BOTO_CONFIG|SSH_\w+|AWS_\w+|GOOGLE_\w+|GCLOUD_\w+|CLOUDSDK_\w+|GIT_\w+)$/,
    to: [],
    removed: "silently",
    why: "they lead the clouds' tools, git or SSH to other places, and shells have them for other work",
  },
  {
    shown: "`CODER_*`",
    names: /^CODER_\w+$/,
    to: [],
    why: "flags of `scaletest` and `drain`; Coder's binary gets those of the load only",
  },
];

/** The rule of one variable; undefined for one that no rule names, which reaches no child. */
export function ruleOf(name: string): VariableRule | undefined {
  return VARIABLE_RULES.find(({ names }) => names.test(name));
}
