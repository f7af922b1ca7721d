import { KILLED, POD_EXIT } from "./pod-exit.ts";
import type { PackedProgram } from "./program.ts";

/** Label of every object of Coder's chart. */
export const CODER_LABEL = "app.kubernetes.io/name=coder";

export const CONTAINER = "worker";
/** The node image's own user. Any number will do: the pod has no file of another. */
const USER = 1_000;

/** Where files are in a pod. Only `work` can be written; it is memory, because a task contains secrets. */
export const POD_FILES = {
  packed: "/program/worker.mjs.gz",
  work: "/scratch",
  program: "/scratch/worker.mjs",
  tasks: "/scratch/tasks",
} as const;

/** What one pod needs. */
export interface PodNeeds {
  readonly memoryMib: number;
  readonly cpuMillis: number;
}

/** A Job of workers, one pod for each part of its task. Contains no secret. */
export interface JobPlan {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly parts: number;
  readonly needs: PodNeeds;
  readonly image: string;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly object[];
  /** Whether no pod may be on a machine of Coder's; else it is only preferred. */
  readonly apartFromCoder: boolean;
  /** A pod to which nobody attends for this long ends by itself. */
  readonly unattendedMs: number;
}

/** No load takes longer; a pod without its harness ends long before. */
const DEADLINE_S = 24 * 3600;
/** If this machine dies, the cluster itself removes what has ended. */
const TTL_S = 3600;
const LOST_BEFORE_BEGIN = 3;

/** Unpacks the worker and becomes the pod's main process, with nothing but Node. */
const START = [
  'const fs=require("node:fs"),{gunzipSync}=require("node:zlib");',
  "const [packed,program,...words]=process.argv.slice(1);",
  "fs.writeFileSync(`${program}.new`,gunzipSync(fs.readFileSync(packed)));",
  "fs.renameSync(`${program}.new`,program);",
  "process.argv=[process.execPath,program,...words];import(program);",
].join("");

/** The Job, which waits until the ConfigMap of its program is there. */
export function jobManifest(plan: JobPlan): object {
  const { name, namespace, labels, parts } = plan;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace, labels },
    spec: {
      suspend: true,
      completionMode: "Indexed",
      completions: parts,
      parallelism: parts,
      backoffLimitPerIndex: LOST_BEFORE_BEGIN,
      activeDeadlineSeconds: DEADLINE_S,
      ttlSecondsAfterFinished: TTL_S,
      podFailurePolicy: { rules: failureRules() },
      template: { metadata: { labels }, spec: podSpec(plan) },
    },
  };
}

/** A pod that is lost before its part has begun is replaced; afterwards its part is lost. */
function failureRules(): readonly object[] {
  const { abandoned, hostGone, stopped, unasked } = POD_EXIT;
  const values = [abandoned, hostGone, stopped, unasked, KILLED].sort((a, b) => a - b);
  return [
    { action: "FailIndex", onExitCodes: { containerName: CONTAINER, operator: "In", values } },
    { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
  ];
}

function podSpec(plan: JobPlan): object {
  const { name, image, needs, nodeSelector, tolerations, unattendedMs } = plan;
  const { packed, program, tasks, work } = POD_FILES;
  const memory = `${needs.memoryMib}Mi`;
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 5,
    nodeSelector,
    tolerations,
    securityContext: {
      runAsNonRoot: true,
      ...{ runAsUser: USER, runAsGroup: USER, fsGroup: USER },
      seccompProfile: { type: "RuntimeDefault" },
    },
    affinity: { podAntiAffinity: awayFromCoder(plan.apartFromCoder) },
    topologySpreadConstraints: [
      {
        ...{ maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" },
        labelSelector: { matchLabels: { "batch.kubernetes.io/job-name": name } },
      },
    ],
    containers: [
      {
        name: CONTAINER,
        image,
        imagePullPolicy: "IfNotPresent",
        command: ["node", "-e", START, packed, program, "serve", tasks, "--for", String(unattendedMs)],
        // A limit of CPU would stop the generator for moments, and its lateness would be measured.
        resources: { requests: { cpu: `${needs.cpuMillis}m`, memory }, limits: { memory } },
        securityContext: {
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ["ALL"] },
        },
        startupProbe: {
          exec: { command: ["node", "-e", `require("node:fs").accessSync(${JSON.stringify(program)})`] },
          ...{ periodSeconds: 1, failureThreshold: 60, timeoutSeconds: 10 },
        },
        volumeMounts: [
          { name: "program", mountPath: "/program", readOnly: true },
          { name: "work", mountPath: work },
        ],
      },
    ],
    volumes: [
      { name: "program", configMap: { name } },
      { name: "work", emptyDir: { medium: "Memory" } },
    ],
  };
}

/** On a machine of Coder's, the generator would take what it measures. */
function awayFromCoder(isRequired: boolean): object {
  const [key = "", value = ""] = CODER_LABEL.split("=");
  const term = {
    labelSelector: { matchLabels: { [key]: value } },
    namespaceSelector: {},
    topologyKey: "kubernetes.io/hostname",
  };
  return isRequired
    ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
    : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] };
}

/** The worker for the pods of a Job, which owns it: with the Job it goes. */
export function programManifest(
  { name, namespace, labels }: Pick<JobPlan, "name" | "namespace" | "labels">,
  { digest, packed }: PackedProgram,
  jobUid: string,
): object {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      ...{ name, namespace, labels },
      annotations: { "refbench/worker-digest": digest },
      ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid: jobUid }],
    },
    immutable: true,
    binaryData: { "worker.mjs.gz": packed },
  };
}
