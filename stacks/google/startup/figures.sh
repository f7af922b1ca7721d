#!/bin/bash
# Writes CPU and memory of Coder's control group, and the part of them that is Terraform's, for the node exporter.
# Arguments: the control group's folder, and the exporter's folder of texts.
#
# Each second, so that no reading is older. Except for `mv` and `sleep` by the shell's own commands: every process that
# it started would cost more than the figures.
group=$1 folder=$2
ticks=$(getconf CLK_TCK)
page=$(getconf PAGESIZE)
while sleep 1; do
  declare -A cpu=() memory=()
  while read -r name value; do cpu[$name]=$value; done <"$group/cpu.stat"
  while read -r name value; do memory[$name]=$value; done <"$group/memory.stat"
  mapfile -t pids <"$group/cgroup.procs"
  # While Coder starts again there is no group.
  [ "${#pids[@]}" -gt 0 ] || continue
  read -r used <"$group/memory.current" || continue
  # Coder's own process is the oldest: all others descend from it.
  first=${pids[0]}
  for pid in "${pids[@]}"; do ((pid < first)) && first=$pid; done
  read -r line <"/proc/$first/stat" || continue
  # The name before the last parenthesis may have blanks.
  read -r -a stat <<<"${line##*) }"
  all=${cpu[usage_usec]}
  own=$(((stat[11] + stat[12]) * (1000000 / ticks)))
  anonymous=${memory[anon]-0}
  resident=$((stat[21] * page))
  printf '%s\n' \
    "refbench_coder_cpu_microseconds_total $all" \
    "refbench_coder_memory_bytes $((used - ${memory[inactive_file]-0}))" \
    "refbench_terraform_cpu_microseconds_total $((all > own ? all - own : 0))" \
    "refbench_terraform_memory_bytes $((anonymous > resident ? anonymous - resident : 0))" \
    "refbench_terraform_processes $((${#pids[@]} - 1))" >"$folder/refbench.tmp" &&
    mv "$folder/refbench.tmp" "$folder/refbench.prom"
done 2>/dev/null
