import type { Monitor } from "../monitor.js";

/** What a keeper counts, beside what every service and its sender do. */
export function metricsOf(monitor: Monitor) {
  return {
    watched: monitor.gauge("milestones_watched", "Milestones that hold money and concern the keeper"),
    due: monitor.gauge("milestones_due", "Of these, those whose clocks ran out"),
    aside: monitor.gauge("items_aside", "What is put aside for a while, because it failed or does not pay"),
    done: monitor.counter("done_total", "What was done, by duty", ["duty"]),
    failed: monitor.counter("items_failed_total", "What could not be done, by the reason", ["reason"]),
    spent: monitor.counter("gas_spent_ether_total", "Network fees that were paid, in the chain's coin"),
  };
}
