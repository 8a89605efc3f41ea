/** Reads what this browser remembers under `akbuzat.{key}`; null when nothing is there or storage is forbidden. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(`akbuzat.${key}`);
  } catch {
    return null;
  }
}

/** Remembers `value`, or forgets the key on null. Storage that is full or forbidden costs only the memory. */
export function writeStored(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`akbuzat.${key}`);
    else localStorage.setItem(`akbuzat.${key}`, value);
  } catch {
    // The choice still holds for this page.
  }
}
