import type { Choice } from "../shadow/settled-by-choice.ts";

/** Every rule of provisioning that is our own decision rather than AWS's word. */
export const PROVISIONING_SETTLED_BY_CHOICE: readonly Choice[] = [
  {
    rule: "P2",
    question: "Whether the service makes private keys (create/json), and whether it speaks CBOR.",
    choice: "Neither: a private key never leaves its gateway. create/json is refused with that sentence.",
  },
  {
    rule: "P2",
    question: "What a request has to say.",
    choice:
      "Its common name is the gateway's, and its challenge password proves who asks: a certificate of ours, and that certificate's signature over the new public key. So no broker has to say who speaks.",
  },
  {
    rule: "P3",
    question: "What a template is.",
    choice: "Its name is the asker's own id, a claim's or a gateway's, so that each hears its own answers alone.",
  },
  {
    rule: "P4",
    question: "What a status and an error code are where AWS lists none.",
    choice: "HTTP's status, a word of ours, and a sentence that says what to do.",
  },
  {
    rule: "P5",
    question: "Whose connection an answer to a signing request goes to, where the service sees no connections.",
    choice:
      "Everybody's who listens on that topic. It holds nothing secret but the token, which its own asker alone can use; the agent takes the certificate that fits its key.",
  },
  {
    rule: "P5",
    question: "What is answered to a token that is shown again.",
    choice: "The same again, to the same asker, as long as it is let in: an answer may have been lost.",
  },
  {
    rule: "P6",
    question: "How long a claim lives.",
    choice: "As its maker says, 1 to 720 hours, 24 where nothing is said; it is good for one gateway.",
  },
  {
    rule: "P7",
    question: "How a certificate is rotated, on which AWS is silent.",
    choice:
      "A gateway asks as a claim does, on its own template. Once it is connected with the new certificate it says so (parameters.connected), and the old one is revoked.",
  },
];
