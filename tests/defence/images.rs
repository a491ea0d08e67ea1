//! Images.

use plimsoll::payload::Value;

use super::trial::{MIB, Trial, family};

#[test]
fn image_bomb() {
    let sides = [("width", 8000), ("height", 8000)];
    Trial { naive: 150 * MIB, ..Trial::of("images.py", family("image-bomb", &sides)) }.run();
}

#[test]
fn jpeg_bomb() {
    let sides = [("width", 8000), ("height", 8000)];
    Trial { naive: 240 * MIB, ..Trial::of("images.py", family("jpeg-bomb", &sides)) }.run();
    // The coefficients of the whole picture on top.
    let progressive = family("jpeg-bomb", &[("progressive", 1), sides[0], sides[1]]);
    Trial { naive: 300 * MIB, ..Trial::of("images.py", progressive) }.run();
}

#[test]
fn a_jpeg_that_ends_with_its_header() {
    let cut = family("jpeg-bomb", &[("cut", 1), ("width", 8000), ("height", 8000)]);
    Trial { naive: 90 * MIB, hardened: 40 * MIB, ..Trial::of("images.java", cut) }.run();
}

#[test]
fn gif_bomb() {
    let full = family("gif-bomb", &[("width", 8000), ("height", 8000)]);
    let pixel = full.clone().with("frame", Value::Text("pixel".into()));
    Trial { naive: 150 * MIB, ..Trial::of("images.py", full) }.run();
    Trial { naive: 120 * MIB, ..Trial::of("images.py", pixel) }.run();
}

#[test]
fn gif_frames() {
    Trial { naive: 390 * MIB, ..Trial::of("images.py", family("gif-frames", &[])) }.run();
}

#[test]
fn webp_bomb() {
    let sides = [("width", 8000), ("height", 8000)];
    Trial { naive: 480 * MIB, ..Trial::of("images.py", family("webp-bomb", &sides)) }.run();
}

#[test]
fn tiff_bomb() {
    let fax = family("tiff-bomb", &[("width", 8000), ("height", 8000)]);
    let grey = fax.clone().with("compression", Value::Text("packbits".into()));
    Trial { naive: 150 * MIB, ..Trial::of("images.py", fax) }.run();
    Trial { naive: 150 * MIB, ..Trial::of("images.py", grey) }.run();
}

#[test]
fn svg_bomb() {
    Trial { naive: 100 * MIB, ..Trial::of("images.cjs", family("svg-bomb", &[])) }.run();
    let sheet = family("svg-bomb", &[("width", 8000), ("height", 8000)]).with("kind", Value::Text("size".into()));
    Trial { naive: 120 * MIB, ..Trial::of("images.cjs", sheet) }.run();
}
