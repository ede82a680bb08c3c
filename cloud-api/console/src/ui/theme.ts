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

export const theme = createTheme({
  colors: { ink },
  primaryColor: "ink",
  primaryShade: { light: 7, dark: 6 },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Inter, Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "Segoe UI Mono", "Liberation Mono", monospace',
  defaultRadius: "md",
  focusRing: "auto",
  respectReducedMotion: true,
  cursorType: "pointer",
});
