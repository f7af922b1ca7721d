/**
 * Calls `look` every `ms` until disposal, which waits for a running call. Calls never overlap. A failed call is
 * reported, and the next one follows as usual.
 */
export function lookEvery(
  ms: number,
  look: () => Promise<void>,
  onFailure: (error: unknown) => void,
): AsyncDisposable {
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look()
      .catch(onFailure)
      .finally(() => (looking = undefined));
  }, ms);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
    },
  };
}
