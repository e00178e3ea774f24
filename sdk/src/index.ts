export { Outcome, Status } from "./types.js";
