import { fuzzForAWhile } from "./for-a-while.testing.ts";
import { ORCHESTRA } from "./orchestra.testing.ts";

fuzzForAWhile(ORCHESTRA);
