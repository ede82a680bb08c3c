/** A sentence where a law is broken. */
export const when = (broken: boolean, sentence: string): string[] => (broken ? [sentence] : []);
