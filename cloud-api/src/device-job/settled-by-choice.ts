import type { Choice } from "../shadow/settled-by-choice.ts";

/** Every rule of the job service that is our own decision rather than AWS's word. */
export const JOBS_SETTLED_BY_CHOICE: readonly Choice[] = [
  {
    rule: "J1",
    question: "How many jobs a thing may have that have not ended.",
    choice: "100; the API refuses one more.",
  },
  {
    rule: "J2",
    question: "Whether starting the next job touches one that is in progress.",
    choice: "It does not: neither its details nor its timer nor its version change.",
  },
  {
    rule: "J3",
    question: "What describing $next answers where nothing is pending.",
    choice: "Accepted, without an execution, as starting the next one does.",
  },
  {
    rule: "J4",
    question: "Whether an update of $next exists.",
    choice: "It does not: InvalidTopic, as for an id that no job can have.",
  },
  {
    rule: "J4",
    question: "Whether a version may be a string.",
    choice: "It may, of digits: the developer guide writes it so, the SDK sends a number.",
  },
  {
    rule: "J5",
    question: "Whether a notification lists 10 jobs or 15, of which the documents of different years speak.",
    choice: "15.",
  },
  {
    rule: "J9",
    question: "From which states a device may report an end.",
    choice: "From any that has not ended, so also without having started.",
  },
  {
    rule: "J10",
    question: "How an execution is REMOVED.",
    choice: "No way leads there: things and groups are not followed once a job is made.",
  },
  {
    rule: "J13",
    question: "Whether a timer that ran out is told at its own time.",
    choice: "The execution bears the time at which it ran out; things are told with the next look at the clock.",
  },
  {
    rule: "J14",
    question: "Who hears an answer, where the service does not see the connections of the broker.",
    choice: "Whoever may listen to the thing's topics: the embedded broker lets only its gateway.",
  },
  {
    rule: "J15",
    question: "What describing an ended execution by its id answers.",
    choice: "TerminalStateReached.",
  },
  {
    rule: "J15",
    question: "Which topics are answered with InvalidTopic.",
    choice: "Those of a request whose job id cannot be. Any other topic of the namespace is the broker's to refuse.",
  },
  {
    rule: "J16",
    question: "How long a name and a value of statusDetails may be.",
    choice: "128 characters each, as the older documents have it.",
  },
  {
    rule: "J17",
    question: "Which tokens are no token.",
    choice: "What is no string, or longer than 64 bytes: InvalidRequest, without an echo.",
  },
];
