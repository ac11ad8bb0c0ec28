/** Playhead's mark: the drawing of its icon (resources/icon.svg) without margin and gradients. */
export function Mark({ size = 20 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="100 100 824 824" aria-hidden="true">
      <rect x="100" y="100" width="824" height="824" rx="186" fill="#282d38" />
      <g strokeWidth="72" strokeLinecap="round">
        <path stroke="#4a90e2" d="M226 548v96" />
        <path stroke="#e67e22" d="M348 452v288" />
        <path stroke="#a55cc4" d="M676 484v224" />
        <path stroke="#2ecc71" d="M798 562v68" />
      </g>
      <g fill="#fff" stroke="#fff" strokeLinejoin="round">
        <path d="M512 300v532" strokeWidth="48" strokeLinecap="round" />
        <path d="M512 378 408 270v-44q0-30 30-30h148q30 0 30 30v44z" strokeWidth="24" />
      </g>
    </svg>
  );
}
