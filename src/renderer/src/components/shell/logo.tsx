/** The fovea: the small pit at the centre of the retina where vision is sharpest. */
export function Logo({ size = 20 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <circle cx="12" cy="12" r="10" stroke="var(--fovea-accent-text)" strokeWidth="1.75" />
      <circle cx="12" cy="12" r="6" stroke="var(--fovea-accent-text)" strokeWidth="1" strokeOpacity="0.55" />
      <circle cx="12" cy="12" r="2.75" fill="var(--fovea-accent-text)" />
    </svg>
  );
}
