import { N2_PROCESSOR } from "../machine-types.ts";

/**
 * The load runner's machine. Measured: 10,000 connections cost our generator 19.7 CPU seconds to open and 257 MiB to
 * hold. The families have a known processor and do not burst, because a generator that lacks CPU time measures
 * itself. Each architecture's sizes use one of these.
 */
export const LOAD_RUNNER = {
  google: {
    /** 1,000 connections need 2 CPU seconds. 200 SSH sessions through `coder ssh`, at 24 MB each, need 5 of 8 GB. */
    small: { machineType: "n2-standard-2", minCpuPlatform: N2_PROCESSOR, diskGib: 20 },
    /**
     * 1,200 SSH sessions through `coder ssh` need 29 GB, and the load uses at most four fifths of the free memory: 64
     * GB. 10,000 connections within 20 seconds need one of its cores.
     */
    large: { machineType: "n2-standard-16", minCpuPlatform: N2_PROCESSOR, diskGib: 50 },
    /** 6,000 SSH sessions through `coder ssh` need 144 GB of the 154 that the load uses of 192 GB. */
    largest: { machineType: "n2-standard-48", minCpuPlatform: N2_PROCESSOR, diskGib: 100 },
  },
  aws: {
    /** Like Google's. Not a t3, which would measure its credits. */
    small: { machineType: "m6i.large", diskGib: 20 },
    large: { machineType: "m6i.4xlarge", diskGib: 50 },
    largest: { machineType: "m6i.12xlarge", diskGib: 100 },
  },
} as const;
