import type { ReadFault } from "../reading/device.ts";

/** What each fault means, as the end of a sentence. A new fault fails to compile until it has its words. */
const WORDS: Readonly<Record<ReadFault, string>> = {
  "link.refused": "nobody listens there, or the port does not exist or may not be opened",
  "link.unreachable": "there is no way to that address",
  "link.busy": "another program holds the port",
  "link.closed": "the line was hung up",
  "link.timeout": "it stayed silent",
  "link.credentials": "it does not accept the name and password",
  "link.certificate": "its certificate is not the expected one, or it does not accept ours",
  "link.exception": "it answered that it will not",
  "link.protocol": "its answer cannot be read",
  "frame.noise": "bytes outside any frame",
  "frame.header": "a frame without its header",
  "frame.count": "a report that announces another length than the one known",
  "frame.length": "a frame that ends too early or too late",
  "frame.character": "a byte in a frame that has no place there",
  "frame.terminator": "a frame without its end",
  "frame.truncated": "a frame that broke off",
  "frame.escape": "a frame that its sender broke off",
  "frame.command": "a command of the device whose checksum is missing or wrong",
  "frame.realtime": "bytes of a realtime stream that are no record",
  "frame.checksum": "a frame whose checksum is missing or wrong",
  "codec.field-count": "a frame with another number of fields than its protocol says",
  "codec.field-width": "a frame with a field of another width than its protocol says",
  "codec.character": "a frame with a character that has no place there",
  "codec.model": "a frame from another model than the profile's",
  "codec.layout": "a frame from another kind of device than the profile's",
  "codec.command": "a reply to another request",
  "codec.serial": "two devices in what should be one answer",
  "codec.word-count": "fewer words than were asked for",
  "codec.line-count": "a report that has lost a line",
  "codec.verdict": "a report whose verdict its own tests contradict",
  "codec.vacant": "there is no device at this unit",
};

export const faultWords = (fault: ReadFault): string => WORDS[fault];
