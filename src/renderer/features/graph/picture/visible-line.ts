/** Recorded text as one harmless line of at most 160 characters: no line ends, control characters or direction marks. */
export function visibleLine(text: string): string {
  return (
    text
      .slice(0, 400)
      // oxlint-disable-next-line no-control-regex
      .replace(/[\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g, ' ')
      .trim()
      .slice(0, 160)
  );
}
