//! HTTP/1 answers: heads, framings, chunks. However an answer is cut, it is the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll::run::load::read_answer;

fuzz_target!(|content: &[u8]| {
    let Some((step, bytes)) = content.split_first() else { return };
    let (whole, cut) = (read_answer(bytes, usize::MAX), read_answer(bytes, usize::from(*step)));
    match (whole, cut) {
        (Some(whole), Some(cut)) => assert_eq!(whole, cut),
        // A head that came in pieces is judged once its end is there.
        (None, Some((status, ..))) | (Some((status, ..)), None) => assert_eq!(status, None),
        (None, None) => {}
    }
});
