/**
 * Arguments of Node that keep the heap near what is alive in it. V8 lets a heap grow to several times that before it
 * collects, and its nursery to 32 MiB: with 10,000 idle connections a quarter of all memory. They must stand when
 * the process starts, since a heap that has grown by then stays large.
 */
export const LEAN_NODE = ["--max-semi-space-size=4", "--heap-growing-percent=20"] as const;

/** The environment in which glibc gives freed memory back; elsewhere it means nothing. */
export const LEAN_ALLOCATOR = { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "131072" } as const;
