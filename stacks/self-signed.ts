/** A separate module for imports on demand, because loading the package takes a tenth of a second. */
export { generate } from "selfsigned";
