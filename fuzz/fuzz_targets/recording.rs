//! Recordings, their event lines, and what is said of a recording that came from anywhere.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll::record::schema::{event_from_line, event_to_line, fold_lines, recording_from_json, recording_to_json};

fuzz_target!(|content: &[u8]| {
    if let Ok(recording) = recording_from_json(content) {
        // Figures that JSON cannot hold are refused by the writer.
        if let Ok(text) = recording_to_json(&recording) {
            let again = recording_from_json(text.as_bytes()).expect("what was written is read");
            assert_eq!(recording_to_json(&again).ok(), Some(text));
        }
    }
    if let Ok(event) = event_from_line(content) {
        let _ = event_to_line(&event);
    }
    let (recording, _) = fold_lines(content);
    let _ = recording_to_json(&recording);
});
