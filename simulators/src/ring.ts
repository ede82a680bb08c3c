/** The last `capacity` items, oldest first; older ones are forgotten. */
export interface Ring<Item> {
  push(item: Item): void;
  items(): Item[];
}

export function createRing<Item>(capacity: number): Ring<Item> {
  const slots: Item[] = [];
  let oldest = 0;
  return {
    push(item) {
      if (slots.length < capacity) {
        slots.push(item);
      } else {
        slots[oldest] = item;
        oldest = (oldest + 1) % capacity;
      }
    },
    items: () => [...slots.slice(oldest), ...slots.slice(0, oldest)],
  };
}
