/**
 * The private address ranges: of machines with a route into the run's network, also by VPN, and never of the
 * internet.
 */
export const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] as const;
