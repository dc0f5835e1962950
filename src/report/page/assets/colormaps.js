// Colours for numbers, as in the pictures: perceptually uniform and safe for colour-blind readers.

/** From dark to light: viridis by Nathaniel Smith and Stéfan van der Walt (CC0). */
const VIRIDIS = `440154 470d60 48186a 482374 472d7b 453781 424086 3e4989 3b528b 375b8d 33638d
  2f6b8e 2c728e 297a8e 26828e 23898e 21918c 1f988b 1fa088 22a785 28ae80 32b67a 3fbc73 4ec36b
  5ec962 70cf57 84d44b 98d83e addc30 c2df23 d8e219 ece51b fde725`;

/** From blue through near-white in the middle to brown: vik by Fabio Crameri (MIT licence). */
const VIK = `001261 021f69 022b71 023779 034481 055189 0c5e92 1c6d9c 307da6 488db2 619ebd 7aaec8
  94bed2 adcddd c6dbe6 dee6e9 ece5e0 eed9cd e9cab8 e2baa2 dbaa8d d59b79 cf8c66 c97e53 c27041
  bc622f b2511d a33e0d 912d06 811f06 731406 650907 590008`;

/** A table of colours as plotly takes it: [[share, colour]]. */
function colorScale(table) {
  const colors = table.split(/\s+/);
  return colors.map((color, index) => [index / (colors.length - 1), `#${color}`]);
}

export const SEQUENTIAL = colorScale(VIRIDIS);
export const DIVERGING = colorScale(VIK);

/** Whether white reads better than black on the colour at this share of the way. */
export function isDark(scale, share) {
  const nearest = scale[Math.round(Math.min(1, Math.max(0, share)) * (scale.length - 1))][1];
  const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(nearest.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.3;
}
