/**
 * Arguments of Node that keep the heap close to its live size. V8 otherwise lets a heap grow to several times
 * that before it collects, and its nursery to 32 MiB: with 10,000 idle connections, a quarter of all memory.
 * They must be set at the start, because a heap that has grown stays large.
 */
export const LEAN_NODE = ["--max-semi-space-size=4", "--heap-growing-percent=20"] as const;

/** Environment in which glibc returns freed memory; no effect elsewhere. */
export const LEAN_ALLOCATOR = { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "131072" } as const;
