//! A chat message with many pictures in it.

use bytes::Bytes;

use crate::payload::pieces::once;
use crate::payload::series::escaped;
use crate::payload::{About, Body, Choice, Family, Form, Group, Parameter, Takes, Turn, Value, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "image-batch",
    group: Group::Work,
    about: About {
        summary: "A model request with 32 pictures of nine million pixels, each a few kB.",
        provokes: "Preprocessing for vision models: all pictures are decoded to RGB, scaled and made tensors of \
                   floating point before the first is used.",
        seen: "vllm issues 18550 and 20123 (memory by the number of images), Pillow issue 515 for each picture.",
        becomes: "381 kB on the wire; 1.1 GiB in Pillow as RGB.",
        safe: "400: a limit on pictures of a request, and on pixels before decoding.",
    },
    parameters: &[
        Parameter { name: "images", about: "pictures", takes: Takes::Count { least: 1, most: 1_000_000, default: 32 } },
        Parameter { name: "width", about: "pixels of each", takes: SIDE },
        Parameter { name: "height", about: "pixels of each", takes: SIDE },
        Parameter { name: "model", about: "name of the model", takes: Takes::Name("default") },
    ],
    form: Form::Body(make),
};

const SIDE: Takes = Takes::Count { least: 1, most: 1 << 20, default: 3000 };

const AFTER: &str = "]}],\"max_tokens\":1}";
const BEFORE_IMAGE: &str = "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,";
const AFTER_IMAGE: &str = "\"}}";

fn make(values: &Values, turn: &Turn) -> Body {
    let (images, turn) = (values.number("images"), *turn);
    let sides = ["width", "height"].map(|side| values.number(side));
    let before =
        format!("{{\"model\":\"{}\",\"messages\":[{{\"role\":\"user\",\"content\":[", escaped(values.text("model")));
    let each = picture(sides, &turn).map_or(0, |picture| encoded_size(picture.size));
    let each = each + (BEFORE_IMAGE.len() + AFTER_IMAGE.len()) as u64;
    let size = (before.len() + AFTER.len()) as u64 + images * each + images - 1;
    let image = move |number| {
        let comma = if number == 0 { "" } else { "," };
        let chunks = picture(sides, &turn).into_iter().flat_map(|picture| encoded(picture.chunks));
        once(comma).chain(once(BEFORE_IMAGE)).chain(chunks).chain(once(AFTER_IMAGE))
    };
    Body::new("application/json", size, once(before).chain((0..images).flat_map(image)).chain(once(AFTER)))
}

/// The picture: of the family that makes them.
fn picture([width, height]: [u64; 2], turn: &Turn) -> Option<Body> {
    let choice = Choice::of(crate::payload::find("image-bomb")?);
    choice.with("width", Value::Number(width)).with("height", Value::Number(height)).body(turn)
}

fn encoded_size(bytes: u64) -> u64 {
    bytes.div_ceil(3) * 4
}

/// Base64 (RFC 4648 section 4) of a stream.
fn encoded(chunks: impl Iterator<Item = Bytes> + Send) -> impl Iterator<Item = Bytes> + Send {
    /// Pieces are kept below what a chunk of the encoded text may be.
    const PIECE: usize = 24 << 10;
    let pieces = chunks.flat_map(|mut chunk| {
        std::iter::from_fn(move || (!chunk.is_empty()).then(|| chunk.split_to(chunk.len().min(PIECE))))
    });
    let mut pieces = pieces.map(Some).chain([None]);
    let mut waiting: Vec<u8> = Vec::new();
    std::iter::from_fn(move || {
        let piece = pieces.next()?;
        waiting.extend_from_slice(piece.as_deref().unwrap_or_default());
        // Only the end of all may be shorter than three bytes.
        let whole = if piece.is_none() { waiting.len() } else { waiting.len() / 3 * 3 };
        let rest = waiting.split_off(whole);
        let text = waiting.chunks(3).flat_map(group).collect::<Vec<u8>>();
        waiting = rest;
        Some(Bytes::from(text))
    })
    .filter(|text| !text.is_empty())
}

/// One to three bytes as four letters.
fn group(bytes: &[u8]) -> [u8; 4] {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let byte = |index: usize| u32::from(bytes.get(index).copied().unwrap_or(0));
    let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    let letter = |place: u32| LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
    let or = |known: bool, letter: u8| if known { letter } else { b'=' };
    [letter(0), letter(1), or(bytes.len() > 1, letter(2)), or(bytes.len() > 2, letter(3))]
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    #[test]
    fn a_real_parser_and_a_real_decoder_read_every_picture() {
        let values = Values::defaults(FAMILY).with("images", Value::Number(3)).with("width", Value::Number(1234));
        let body = make(&values, &Turn { index: 0, unique: 0, key: [0; 32] });
        let text: Vec<u8> = body.chunks.flatten().collect();
        assert_eq!(text.len() as u64, body.size);
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let images = value["messages"][0]["content"].as_array().unwrap();
        assert_eq!(images.len(), 3);
        for image in images {
            let url = image["image_url"]["url"].as_str().unwrap();
            let data = url.strip_prefix("data:image/png;base64,").unwrap();
            let file = base64::engine::general_purpose::STANDARD.decode(data).unwrap();
            let reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
            assert_eq!((reader.info().width, reader.info().height), (1234, 3000));
        }
    }

    #[test]
    fn base64_is_that_of_a_real_encoder_however_the_stream_is_cut() {
        for length in [0usize, 1, 2, 3, 4, 5, 100, 100_000] {
            let bytes: Vec<u8> = (0..length).map(|byte| (byte * 7 + 3) as u8).collect();
            for cut in [1usize, 2, 7, 30_000] {
                let chunks: Vec<Bytes> = bytes.chunks(cut).map(Bytes::copy_from_slice).collect();
                let text: Vec<u8> = encoded(chunks.into_iter()).flatten().collect();
                assert_eq!(text, base64::engine::general_purpose::STANDARD.encode(&bytes).into_bytes());
                assert_eq!(text.len() as u64, encoded_size(length as u64));
            }
        }
    }

    #[test]
    fn the_defaults_are_under_a_megabyte_for_288_million_pixels() {
        let body = make(&Values::defaults(FAMILY), &Turn { index: 0, unique: 0, key: [0; 32] });
        assert!(body.size < 1_000_000, "{}", body.size);
    }
}
