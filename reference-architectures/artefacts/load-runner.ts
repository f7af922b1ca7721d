import { N2_PROCESSOR } from "../machine-types.ts";

/**
 * The machine that the load comes from. Measured: 10,000 connections cost our generator 19.7 CPU seconds to open and
 * 257 MiB to hold. Families whose processor is known and does not burst, since a generator that is short of time
 * measures itself. Each architecture's sizes choose one of these.
 */
export const LOAD_RUNNER = {
  google: {
    /** 1,000 connections are 2 CPU seconds; 200 SSH sessions by `coder ssh`, at 24 MB each, are 5 of 8 GB. */
    small: { machineType: "n2-standard-2", minCpuPlatform: N2_PROCESSOR, diskGib: 20 },
    /**
     * 1,200 SSH sessions by `coder ssh` are 29 GB, and the load takes no more than four fifths of what is free: 64 GB.
     * 10,000 connections within 20 seconds are one of its cores.
     */
    large: { machineType: "n2-standard-16", minCpuPlatform: N2_PROCESSOR, diskGib: 50 },
  },
  aws: {
    /** As Google's. Not a t3, which would measure its credits. */
    small: { machineType: "m6i.large", diskGib: 20 },
    large: { machineType: "m6i.4xlarge", diskGib: 50 },
  },
} as const;
