/**
 * Server-sent events from text chunks, as the HTML standard (section 9.2.6) says, less `id` and `retry`, which the API does not send.
 * Chunks may end anywhere. Comments carry no event, but their arrival is what shows that the line is alive.
 */
export function createEventParser(onEvent: (name: string, data: string) => void): (chunk: string) => void {
  let rest = "";
  let name = "";
  let data: string[] = [];

  const line = (text: string): void => {
    if (text === "") {
      if (data.length > 0) onEvent(name === "" ? "message" : name, data.join("\n"));
      name = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    if (field === "data") data.push(value);
  };

  return (chunk) => {
    rest += chunk;
    // A lone CR at the end may be the first half of a CRLF: it waits for the next chunk.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const text of lines) line(text);
  };
}
