import {
  type ButtonProps,
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  type MantineTheme,
} from '@mantine/core';

/** Calm teal, the only accent. Shade 7 carries white text and shade 4 carries black text at WCAG AA. */
const accent: MantineColorsTuple = [
  '#e2f8f6',
  '#c5efeb',
  '#9be2dc',
  '#6dd3cb',
  '#45c2b8',
  '#2aaba1',
  '#17938a',
  '#0d7b74',
  '#0a635e',
  '#064c48',
];

/** Neutral greys without a hue, which would bias the perception of grey images. */
const dark: MantineColorsTuple = [
  '#e4e6e8',
  '#c3c7cb',
  '#9ea4aa',
  '#737a81',
  '#353a40',
  '#2a2e33',
  '#202327',
  '#17191c',
  '#111315',
  '#0b0c0e',
];

export const theme = createTheme({
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.25rem', xl: '1.75rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.35' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  colors: { accent, dark },
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'sm',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: {
      defaultProps: { size: 'xs', fw: 550 },
      vars: (_theme: MantineTheme, props: ButtonProps) => ({
        root:
          (props.variant === undefined || props.variant === 'filled') && (props.color ?? 'accent') === 'accent'
            ? { '--button-color': 'var(--fovea-on-accent)' }
            : {},
      }),
    },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', comboboxProps: { shadow: 'md' }, checkIconPosition: 'right' } },
    NativeSelect: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs', iconColor: 'var(--fovea-on-accent)' } },
    Switch: { defaultProps: { size: 'xs' } },
    Radio: { defaultProps: { size: 'xs' } },
    Alert: { styles: { message: { color: 'var(--mantine-color-text)' } } },
    Badge: { defaultProps: { size: 'sm', variant: 'light', tt: 'none', fw: 500 } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, fz: 'xs' } },
    Menu: { defaultProps: { shadow: 'md' } },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.6 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
      styles: { title: { fontWeight: 600, fontSize: 'var(--mantine-font-size-md)' } },
    },
    Table: { defaultProps: { verticalSpacing: 5, horizontalSpacing: 'sm', fz: 'sm' } },
    Text: { defaultProps: { size: 'sm' } },
    Progress: { defaultProps: { size: 'sm' } },
  },
});

/** All corrections of Mantine's greys: for contrast (WCAG AA, 4.5:1) and for the surfaces of the screens. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-dimmed': '#596069',
    '--mantine-color-placeholder': '#6b727a',
    '--mantine-color-error': '#c22a2a',
    '--fovea-surface': '#f6f7f8',
    '--fovea-surface-raised': '#ffffff',
    '--fovea-surface-hover': '#eceef0',
    '--fovea-border': '#dcdfe3',
    '--fovea-accent-text': '#0a6f68',
    '--fovea-warning-text': '#8a5300',
    '--fovea-selected': 'rgb(13 123 116 / 12%)',
    '--fovea-viewport': '#0b0c0e',
    '--fovea-on-accent': '#ffffff',
    '--mantine-color-orange-light': 'rgb(220 130 0 / 11%)',
    '--mantine-color-orange-light-color': '#8a5300',
    '--mantine-color-orange-outline': '#8a5300',
    '--mantine-color-red-light': 'rgb(210 40 40 / 9%)',
    '--mantine-color-red-light-color': '#b02525',
  },
  dark: {
    '--mantine-color-dimmed': '#9ea4aa',
    '--mantine-color-placeholder': '#868d94',
    '--mantine-color-error': '#ff8a80',
    '--fovea-surface': '#111315',
    '--fovea-surface-raised': '#1c1f22',
    '--fovea-surface-hover': '#25292d',
    '--fovea-border': '#2e3338',
    '--fovea-accent-text': '#5bd0c6',
    '--fovea-warning-text': '#f0b95a',
    '--fovea-selected': 'rgb(69 194 184 / 16%)',
    '--fovea-viewport': '#000000',
    '--fovea-on-accent': '#06201e',
    '--mantine-color-accent-light': 'rgb(69 194 184 / 14%)',
    '--mantine-color-accent-light-hover': 'rgb(69 194 184 / 22%)',
    '--mantine-color-accent-light-color': '#7fdcd4',
    '--mantine-color-orange-light': 'rgb(240 170 70 / 11%)',
    '--mantine-color-orange-light-color': '#f0b95a',
    '--mantine-color-orange-outline': '#f0b95a',
    '--mantine-color-red-light': 'rgb(255 110 100 / 12%)',
    '--mantine-color-red-light-color': '#ff9b92',
    '--mantine-color-gray-light': 'rgb(150 160 170 / 14%)',
    '--mantine-color-gray-light-color': '#c3c7cb',
  },
});
