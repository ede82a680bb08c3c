/** A rule on which AWS's documents are silent or contradict what was seen of the service, and what this service does. */
export interface Choice {
  /** The number of the rule in the tests. */
  rule: string;
  /** What is open. */
  question: string;
  /** What we do. */
  choice: string;
}

/** Every rule of the shadow service that is our own decision rather than AWS's word. */
export const SETTLED_BY_CHOICE: readonly Choice[] = [
  {
    rule: "T1",
    question: "Which characters a thing's name may have on the wire.",
    choice:
      "The same as a shadow's: letters, digits, colons, underscores, hyphens. A topic with any other is no request.",
  },
  {
    rule: "U3",
    question: "What is left of an inner object whose last member a null takes away.",
    choice: "An empty object. Only a section that becomes empty disappears.",
  },
  {
    rule: "U4",
    question: "What is left where a patch puts an object of nothing but nulls in the place of another value.",
    choice: "Nothing: the member is taken away.",
  },
  {
    rule: "U5",
    question: "Which sentence refuses an array that holds a null, and whether it may hold one further down.",
    choice: "State contains an invalid node, naming the array; a null at any depth of an array is refused.",
  },
  {
    rule: "U9",
    question: "Whether an update that changes nothing counts.",
    choice: "It does: its version is one higher, and the members that it names bear its time.",
  },
  {
    rule: "U10",
    question: "Which version an update of a shadow that is not there may name.",
    choice: "0, or the version that is remembered of the deleted one. Any other is a version conflict.",
  },
  {
    rule: "U10",
    question: "Which versions are no version.",
    choice: "Whatever is no whole number from 0 up, null among them: Invalid version.",
  },
  {
    rule: "U11",
    question: "Whether a token that is no string counts as a missing one.",
    choice: "It does not: Invalid clientToken, without an echo.",
  },
  {
    rule: "U13",
    question: "Whether a thing has to be in the registry.",
    choice: "Not for the shadow service. The embedded broker lets a gateway use the shadows of its own devices alone.",
  },
  {
    rule: "A1",
    question: "What metadata of the answer says of a member that the request took away.",
    choice: "The time of the request, as for a member that it set.",
  },
  {
    rule: "D2",
    question: "Whether a member that is sent again with the value that it has bears a new time.",
    choice: "It does.",
  },
  {
    rule: "D4",
    question: "Whether the metadata of a member that is taken away stays.",
    choice: "It goes with the member.",
  },
  {
    rule: "G2",
    question: "Which name the refusal gives for a classic shadow, which has none.",
    choice: "The thing's.",
  },
  {
    rule: "G4",
    question: "Which version a shadow has that is made again within 48 hours of its deletion.",
    choice: "One more than the deleted one had. Later than that, it begins with 1.",
  },
  {
    rule: "G6",
    question: "What the token of the next page is.",
    choice: "Opaque to the caller. A list is in the order of its names.",
  },
  {
    rule: "G7",
    question: "What a get or delete is whose payload is JSON but no object.",
    choice: "Invalid JSON.",
  },
  {
    rule: "E400",
    question: "A number too great for a double.",
    choice: "Invalid JSON. Whole numbers beyond 2^53 lose their last digits.",
  },
  {
    rule: "E429",
    question: "Whose requests are counted, where the service does not see the connections of the broker.",
    choice: "Those of a thing: more than 10 in flight are refused with Too many requests.",
  },
  {
    rule: "L1",
    question: "How deep a section may go: documents of different years say 5, 6 and 8.",
    choice: "6 names or places, configurable. A place in an array counts.",
  },
  {
    rule: "L2",
    question:
      "What happens to a document within 8 KB whose answer, with a time for each place of an array, exceeds 128 KB.",
    choice: "It is refused as too large: what cannot be sent is not stored.",
  },
  {
    rule: "L3",
    question: "How many shadows a thing may have.",
    choice: "100, deleted ones that are remembered among them. One more is refused with Forbidden.",
  },
];
