//! Colours for numbers: perceptually uniform and safe for colour-blind readers.

use plotters::style::RGBColor;

/// A map of 0 … 1 to colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColorMap {
    /// From dark to light: viridis by Nathaniel Smith and Stéfan van der Walt, the table
    /// of matplotlib 3.11 (CC0) at 33 even places.
    Sequential,
    /// From blue through near-white in the middle to brown: vik by Fabio Crameri,
    /// "Scientific colour maps" 8 (MIT licence), the table of cmcrameri 1.10 at 33 even
    /// places. Crameri, Shephard & Heron 2020, doi 10.1038/s41467-020-19160-7.
    Diverging,
}

/// As many colours as a PNG's palette has room for beside lines and text.
const STEPS: f64 = 96.0;

impl ColorMap {
    /// The colour at `share` of the way, held at the ends.
    pub(super) fn at(self, share: f64) -> RGBColor {
        let table = match self {
            Self::Sequential => &VIRIDIS,
            Self::Diverging => &VIK,
        };
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        let place = share * (table.len() - 1) as f64;
        let index = (place.floor() as usize).min(table.len() - 2);
        mix(rgb(table[index]), rgb(table[index + 1]), place - index as f64)
    }

    /// The colour of one of [`STEPS`] equal parts of the way.
    pub(super) fn step(self, share: f64) -> RGBColor {
        self.at((share * STEPS).round() / STEPS)
    }
}

/// `share` of the way from one colour to another.
pub(super) fn mix(from: RGBColor, to: RGBColor, share: f64) -> RGBColor {
    let channel = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round();
    let channel = |a: u8, b: u8| channel(a, b) as u8;
    RGBColor(channel(from.0, to.0), channel(from.1, to.1), channel(from.2, to.2))
}

/// Relative luminance by the sRGB weights, 0 to 1, on linear light.
pub(super) fn luminance(color: RGBColor) -> f64 {
    let linear = |channel: u8| (f64::from(channel) / 255.0).powf(2.2);
    0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2)
}

fn rgb(hex: u32) -> RGBColor {
    let byte = |shift: u32| (hex >> shift & 0xff) as u8;
    RGBColor(byte(16), byte(8), byte(0))
}

#[rustfmt::skip]
const VIRIDIS: [u32; 33] = [
    0x440154, 0x470d60, 0x48186a, 0x482374, 0x472d7b, 0x453781, 0x424086, 0x3e4989, 0x3b528b,
    0x375b8d, 0x33638d, 0x2f6b8e, 0x2c728e, 0x297a8e, 0x26828e, 0x23898e, 0x21918c, 0x1f988b,
    0x1fa088, 0x22a785, 0x28ae80, 0x32b67a, 0x3fbc73, 0x4ec36b, 0x5ec962, 0x70cf57, 0x84d44b,
    0x98d83e, 0xaddc30, 0xc2df23, 0xd8e219, 0xece51b, 0xfde725,
];

#[rustfmt::skip]
const VIK: [u32; 33] = [
    0x001261, 0x021f69, 0x022b71, 0x023779, 0x034481, 0x055189, 0x0c5e92, 0x1c6d9c, 0x307da6,
    0x488db2, 0x619ebd, 0x7aaec8, 0x94bed2, 0xadcddd, 0xc6dbe6, 0xdee6e9, 0xece5e0, 0xeed9cd,
    0xe9cab8, 0xe2baa2, 0xdbaa8d, 0xd59b79, 0xcf8c66, 0xc97e53, 0xc27041, 0xbc622f, 0xb2511d,
    0xa33e0d, 0x912d06, 0x811f06, 0x731406, 0x650907, 0x590008,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle_are_those_of_the_tables() {
        assert_eq!(ColorMap::Sequential.at(0.0), RGBColor(68, 1, 84));
        assert_eq!(ColorMap::Sequential.at(0.5), RGBColor(33, 145, 140));
        assert_eq!(ColorMap::Sequential.at(7.0), RGBColor(253, 231, 37));
        assert_eq!(ColorMap::Diverging.at(0.5), RGBColor(236, 229, 224));
        assert_eq!(ColorMap::Diverging.at(f64::NAN), ColorMap::Diverging.at(0.0));
    }

    #[test]
    fn luminance_grows_along_viridis_and_peaks_in_the_middle_of_vik() {
        let along = |map: ColorMap| (0..=40).map(move |i| luminance(map.at(f64::from(i) / 40.0)));
        let values: Vec<f64> = along(ColorMap::Sequential).collect();
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
        let values: Vec<f64> = along(ColorMap::Diverging).collect();
        assert!(values[..20].windows(2).all(|pair| pair[0] < pair[1]));
        assert!(values[20..].windows(2).all(|pair| pair[0] > pair[1]));
    }
}
