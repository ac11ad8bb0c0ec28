/** Playhead's mark: a playhead on its track, with a branch. The same drawing as the program's icon. */
export function Mark({ size = 20 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <rect x="1" y="1" width="22" height="22" rx="6" fill="#2a2f3a" />
      <path d="M5 15.5h14" stroke="#8fa0b8" strokeWidth="1.8" strokeLinecap="round" />
      <circle cx="6.5" cy="15.5" r="1.9" fill="#4a90e2" />
      <circle cx="17.5" cy="15.5" r="1.9" fill="#2ecc71" />
      <path d="M12 19V9" stroke="#ffffff" strokeWidth="1.8" strokeLinecap="round" />
      <path d="M8.6 4.6h6.8v3L12 10.6 8.6 7.6z" fill="#ffffff" />
    </svg>
  );
}
