/** MiB of one `coder ssh --stdio`, as measured. A module of its own, because plans of a load need only this. */
export const STDIO_SESSION_MIB = 24;
