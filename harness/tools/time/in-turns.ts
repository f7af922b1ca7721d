/** Runs `act` for each item, at most `atOnce` at the same time. Returns the results in the list's order. */
export async function inTurns<T, R>(
  list: readonly T[],
  atOnce: number,
  act: (one: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const entries = list.entries();
  const worker = async (): Promise<void> => {
    for (const [index, one] of entries) results.set(index, await act(one));
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, list.length) }, worker));
  return list.map((_, index) => results.get(index) as R);
}
