//! Pixels to PNG, with a palette and the same bytes for the same pixels.

use std::collections::HashMap;

const PALETTE_SIZE: usize = 256;

/// An 8-bit palette PNG. The palette holds the 256 most frequent colours; a
/// rarer one, which antialiasing makes, becomes the nearest of them.
pub(super) fn encode(pixels: &[[u8; 3]], width: u32, height: u32) -> Result<Vec<u8>, String> {
    let (palette, index_of) = palette(pixels);
    let indices: Vec<u8> = pixels.iter().map(|pixel| index_of[pixel]).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
    writer.write_image_data(&indices).map_err(|error| error.to_string())?;
    writer.finish().map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn palette(pixels: &[[u8; 3]]) -> (Vec<[u8; 3]>, HashMap<[u8; 3], u8>) {
    let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
    for run in pixels.chunk_by(|a, b| a == b) {
        *counts.entry(run[0]).or_default() += run.len();
    }
    let mut colors: Vec<([u8; 3], usize)> = counts.into_iter().collect();
    // Ties by colour, so that no order of a hash map shows.
    colors.sort_by_key(|(color, count)| (std::cmp::Reverse(*count), *color));
    let palette: Vec<[u8; 3]> = colors.iter().take(PALETTE_SIZE).map(|(color, _)| *color).collect();
    let index_of = colors.iter().map(|(color, _)| (*color, nearest(*color, &palette))).collect();
    (palette, index_of)
}

fn nearest(color: [u8; 3], palette: &[[u8; 3]]) -> u8 {
    let distance = |other: &[u8; 3]| -> u32 {
        color.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum()
    };
    let best = palette.iter().enumerate().min_by_key(|(_, other)| distance(other));
    best.map_or(0, |(index, _)| index as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_reads_back() {
        let pixels = [[255, 255, 255], [1, 2, 3], [255, 255, 255], [9, 9, 9]];
        let bytes = encode(&pixels, 2, 2).unwrap();
        let mut decoder = png::Decoder::new(std::io::Cursor::new(&bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut read = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut read).unwrap();
        assert_eq!(read, pixels.concat());
    }

    #[test]
    fn rare_colours_become_the_nearest_frequent_one() {
        let mut pixels: Vec<[u8; 3]> = (0..=255).flat_map(|grey| [[grey; 3]; 2]).collect();
        pixels.push([100, 100, 101]);
        let (palette, index_of) = palette(&pixels);
        assert_eq!(palette.len(), 256);
        assert_eq!(palette[index_of[&[100, 100, 101]] as usize], [100; 3]);
    }
}
