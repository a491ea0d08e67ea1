//! An animation of frames of one pixel on a large canvas.

use bytes::Bytes;

use super::gif::{Frame, TRAILER, screen};
use super::sides::{chosen, height, width};
use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "gif-frames",
    group: Group::Images,
    about: About {
        summary: "An animation of many frames of one pixel on a large canvas.",
        provokes: "Services that resize or check animations: each frame becomes a whole canvas, and all of them are \
                   kept in a list. A limit on width × height does not see it.",
        seen: "nothings/stb issue 1992 (a canvas for each frame, no limit), image-rs/image issue 1052.",
        becomes: "50 frames on 2,000 × 2,000 are 1.2 kB on the wire and 786 MiB as RGBA in Pillow.",
        safe: "4xx when frames × width × height passes a limit, counted while frames are read one after another.",
    },
    parameters: &[
        Parameter {
            name: "frames",
            about: "frames of the animation",
            takes: Takes::Count { least: 1, most: 100_000_000, default: 50 },
        },
        width(65_535, 2000),
        height(65_535, 2000),
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let (width, height) = chosen(values);
    let frames = values.number("frames");
    Body::new("image/gif", size(width, height, frames), chunks(width, height, frames))
}

fn size(width: u32, height: u32, frames: u64) -> u64 {
    (screen(width, height).len() + TRAILER.len()) as u64 + Frame::new(1, 1).size() * frames
}

fn chunks(width: u32, height: u32, frames: u64) -> impl Iterator<Item = Bytes> + Send {
    let frame: Vec<u8> = Frame::new(1, 1).chunks().flatten().collect();
    let all = repeated(&frame, frame.len() as u64 * frames);
    once(screen(width, height)).chain(all).chain(once(TRAILER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_decoder_finds_every_frame_and_the_canvas() {
        let wire: Vec<u8> = chunks(300, 200, 5000).flatten().collect();
        assert_eq!(wire.len() as u64, size(300, 200, 5000));
        let mut decoder = gif::Decoder::new(&wire[..]).unwrap();
        assert_eq!((decoder.width(), decoder.height()), (300, 200));
        let mut frames = 0;
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            assert_eq!((frame.width, frame.height, &frame.buffer[..]), (1, 1, &[0][..]));
            frames += 1;
        }
        assert_eq!(frames, 5000);
    }

    #[test]
    fn fifty_canvases_are_about_a_kilobyte() {
        assert_eq!(size(2000, 2000, 50), 1176);
    }
}
