import { DEFIB_READY } from "./defib-ready.testing.ts";
import { fuzzForAWhile } from "./for-a-while.testing.ts";

fuzzForAWhile(DEFIB_READY);
