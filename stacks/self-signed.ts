/** A separate module, to be imported when it is needed: loading the package takes a tenth of a second. */
export { generate } from "selfsigned";
