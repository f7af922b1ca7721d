import type { Moment, ObservedLoad } from "../observed-load.ts";
import { judgeMoments, type Reading, strongest } from "../judge-moments.ts";
import { type LimitRule, NOT_APPLICABLE } from "../rule.ts";
import { containerCpu, cpuReading, nodeCpu, SATURATED, terraformCpuOf } from "../saturation.ts";

export const terraformCpu: LimitRule = {
  id: "terraform-cpu",
  limit: "the CPU of Terraform",
  condition:
    "while builds run, the container of a provisioner uses at least 90 % of its CPU limit, or that of a coderd does and at least half of it is Terraform's, or a node does and at least half of it is Terraform's",
  source:
    "90 %: ours, as for coderd-cpu. Coder, validated architectures: 1 vCPU and 1 GB for every 2 concurrent builds; earlier: about 8 cores for 30 builds",
  indicates: "builds take longer because Terraform and its providers wait for CPU",
  advice:
    "give provisioners more CPU, or machines of their own (CODER_PROVISIONER_DAEMONS=0 and external provisioners)",
  confidence: "high",
  judge: (load) => {
    const among = load.moments.filter(({ running }) => running > 0);
    if (load.moments.length > 0 && among.length === 0) return NOT_APPLICABLE;
    return judgeMoments(load, {
      among,
      needs: "CPU of Terraform's processes, or of the containers that run them",
      read: (moment) => strongest(readings(load, moment)),
    });
  },
};

function readings(load: ObservedLoad, moment: Moment): readonly Reading[] {
  const provisioners = containerCpu(load, moment, "provisioner").map((each) =>
    cpuReading(each, moment, "CPU of the container"),
  );
  const replicas = containerCpu(load, moment, "coderd").flatMap((each) => {
    const terraform = terraformCpuOf(load, each.of, moment);
    if (terraform === undefined) return [];
    const reading = cpuReading(each, moment, "CPU of the container, most of it Terraform's");
    return [{ ...reading, isHeld: reading.isHeld && terraform >= each.used / 2 }];
  });
  return [...provisioners, ...replicas, ...onNodes(load, moment)];
}

/** Terraform of all replicas against the nodes: which node a process runs on is not recorded. */
function onNodes(load: ObservedLoad, moment: Moment): readonly Reading[] {
  const terraform = load.values("terraform.cpu", moment);
  if (terraform.length === 0) return [];
  const used = terraform.reduce((sum, { value }) => sum + value, 0);
  const busiest = terraform.reduce((most, each) => (each.value > most.value ? each : most));
  const full = nodeCpu(load, moment).filter(({ share }) => share >= SATURATED);
  const inFull = full.reduce((sum, each) => sum + each.used, 0);
  const cores = full.map(({ limit }) => limit).join(" and ");
  const isHeld = full.length > 0 && used >= inFull / 2;
  const words = `CPU of Terraform beside ${busiest.of}, on full nodes of ${cores} cores`;
  const evidence = {
    figure: "terraform.cpu",
    of: busiest.of,
    atMs: moment.atMs,
    value: busiest.value,
    words,
  };
  return [{ isHeld, strength: isHeld ? used / (inFull / 2) : 0, evidence }];
}
