/** Whoever has a route into the run's network, by VPN too, has such an address; the internet has none of them. */
export const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] as const;
