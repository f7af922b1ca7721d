/** Does something with each, `atOnce` at a time, and keeps the order of the answers. */
export async function inTurns<T, Answer>(
  list: readonly T[],
  atOnce: number,
  act: (one: T) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const rest = list.entries();
  const worker = async (): Promise<void> => {
    for (const [index, one] of rest) answers[index] = await act(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return answers;
}
