import { metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { MetricName } from "../api/types.ts";

/** The unit of a metric, where the API names the metric alone. */
export const ucumOf = (metric: MetricName): string => metricTerm(metric).ucum;
