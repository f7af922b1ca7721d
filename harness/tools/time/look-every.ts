/**
 * Looks again and again until it is disposed of, which waits for a look under way. A look that takes long is not made
 * twice at once, and one that fails is told and made again.
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
