/** Network devices whose traffic also passes another device, or never leaves the machine. */
export function isVirtualDevice(name: string): boolean {
  return /^(lo|veth|cali|cni|docker|br-|virbr|tap|tun|ifb|dummy|flannel|cilium|lxc|kube)/.test(name);
}
