/** The notes in the help of every command that makes a load. */
export const LOAD_NOTES: readonly string[] = [
  "Variables of Coder's utility (CODER_SCALETEST_COUNT, …) set its flags.",
  "Exit codes: 0 pass, 10 objectives missed, 21 the generator was the limit, 20 a fault of refbench, 61 stopped, 40 something remains, 41 what remains is not known, 30 Coder does not answer, 2 refused: nothing was created.",
  "Ctrl-C stops the load and deletes what it made; a second one leaves at once.",
];
