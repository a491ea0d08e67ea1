//! A small GIF that decodes to a huge picture.

use bytes::Bytes;

use super::gif::{Frame, TRAILER, screen};
use super::sides::{SIDE, chosen, height, width};
use crate::payload::pieces::once;
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "gif-bomb",
    group: Group::Images,
    about: About {
        summary: "A small GIF that decodes to a huge picture.",
        provokes: "Avatars, chat attachments, thumbnailers: the canvas is allocated from ten bytes of header, with four \
                   bytes a pixel in most libraries. A frame of one pixel costs nothing to send and is enough for \
                   decoders that compose frames on a canvas; a full frame hurts the others too.",
        seen: "sksamuel/scrimage issue 893 (35 bytes to 2 to 8 GB), nothings/stb issue 1874, image-rs/image issue 1052 \
               (469 bytes to 7 GB).",
        becomes: "13,000 × 13,000 is 65 kB on the wire, or 49 bytes with a frame of one pixel; as a thumbnail by way of \
                  RGB, Pillow takes 806 MiB and 645 MiB.",
        safe: "4xx after the ten bytes of the header.",
    },
    parameters: &[
        width(65_535, SIDE),
        height(65_535, SIDE),
        Parameter { name: "frame", about: "the size of the one frame", takes: Takes::Word(&["full", "pixel"]) },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let (width, height) = chosen(values);
    let pixel = values.text("frame") == "pixel";
    Body::new("image/gif", size(width, height, pixel), chunks(width, height, pixel))
}

fn frame(width: u32, height: u32, pixel: bool) -> Frame {
    if pixel { Frame::new(1, 1) } else { Frame::new(width, height) }
}

fn size(width: u32, height: u32, pixel: bool) -> u64 {
    (screen(width, height).len() + TRAILER.len()) as u64 + frame(width, height, pixel).size()
}

fn chunks(width: u32, height: u32, pixel: bool) -> impl Iterator<Item = Bytes> + Send {
    once(screen(width, height)).chain(frame(width, height, pixel).chunks()).chain(once(TRAILER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_decoder_reads_both() {
        for pixel in [false, true] {
            let wire: Vec<u8> = chunks(3000, 2000, pixel).flatten().collect();
            assert_eq!(wire.len() as u64, size(3000, 2000, pixel));
            let mut decoder = gif::Decoder::new(&wire[..]).unwrap();
            assert_eq!((decoder.width(), decoder.height()), (3000, 2000));
            let frame = decoder.read_next_frame().unwrap().unwrap();
            assert_eq!((frame.width, frame.height), if pixel { (1, 1) } else { (3000, 2000) });
        }
    }

    #[test]
    fn a_hundred_and_sixty_nine_million_pixels_are_64_kb_or_49_bytes() {
        assert_eq!(size(13_000, 13_000, false) / 1000, 64);
        assert_eq!(size(13_000, 13_000, true), 49);
    }
}
