import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Ink blue: links, focus and the one button of a page. States never wear it. */
const ink: MantineColorsTuple = [
  "#eef4fa",
  "#dce7f2",
  "#b8cfe4",
  "#91b5d5",
  "#6f9dc6",
  "#4f86b5",
  "#3b719f",
  "#2f5d8a",
  "#244a70",
  "#1a3855",
];

/** The dark scheme's greys lean to blue, as the light scheme's do. */
const dark: MantineColorsTuple = [
  "#d5dde6",
  "#b9c4d0",
  "#97a4b3",
  "#6c7b8c",
  "#3c4a5a",
  "#303c4a",
  "#232d39",
  "#18202a",
  "#131a22",
  "#10151b",
];

export const theme = createTheme({
  colors: { ink, dark },
  primaryColor: "ink",
  primaryShade: { light: 7, dark: 6 },
  fontFamily: '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "Segoe UI Mono", "Liberation Mono", monospace',
  defaultRadius: "md",
  focusRing: "auto",
  respectReducedMotion: true,
  cursorType: "pointer",
});
