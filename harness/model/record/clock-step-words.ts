/** A step of the wall clock as a sentence: "the clock of this machine was set back by 1 h 0 m 0 s". */
export function clockStepWords(byMs: number): string {
  return `the clock of this machine was set ${stepWords(byMs)}: durations and cost go by elapsed time`;
}

/** "back by 1 h 0 m 0 s", "forward by 2.5 s". */
export function stepWords(byMs: number): string {
  const seconds = Math.abs(byMs) / 1000;
  const whole = Math.round(seconds);
  const size =
    seconds < 60
      ? `${seconds.toFixed(1)} s`
      : [
          [Math.floor(whole / 3600), "h"],
          [Math.floor((whole % 3600) / 60), "m"],
          [whole % 60, "s"],
        ]
          .filter(([amount], index) => index > 0 || amount !== 0)
          .map(([amount, unit]) => `${String(amount)} ${String(unit)}`)
          .join(" ");
  return `${byMs < 0 ? "back" : "forward"} by ${size}`;
}
