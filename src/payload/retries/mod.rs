//! The same request again, sooner than the service can bear.

mod cancel_retry;
mod duplicate;
mod retry_storm;

use super::Family;

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[cancel_retry::FAMILY, duplicate::FAMILY, retry_storm::FAMILY];

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::payload::{Body, Choice, Ending, Request, Value, bare};

    #[test]
    fn the_same_request_comes_at_its_times() {
        let (storm, cancel) = (Choice::of(retry_storm::FAMILY), Choice::of(cancel_retry::FAMILY));
        let due = |choice: &Choice| -> Vec<(u64, Option<u64>)> {
            let talks = bare::talks(choice, bare::request("POST", Some("hello")));
            let millis = |time: Duration| time.as_millis() as u64;
            let due = talks.iter().map(|talk| (millis(talk.after), talk.hold.map(millis))).collect();
            let written: Vec<_> = talks.into_iter().map(|talk| bare::acted(talk).0).collect();
            assert_eq!(bare::parsed(&written[0]).1, b"hello");
            assert!(written.iter().all(|bytes| *bytes == written[0]));
            due
        };
        let three = Value::Number(3);
        assert_eq!(due(&storm.with("times", three.clone())), [(0, None), (50, None), (100, None)]);
        assert_eq!(due(&cancel.clone().with("times", three)), [(0, Some(200)), (200, Some(200)), (400, None)]);
        assert_eq!(due(&Choice::of(duplicate::FAMILY)), [(0, None); 2]);
        let reset = bare::talks(&cancel.with("reset", Value::Number(1)), bare::request("GET", None));
        assert!(reset.iter().all(|talk| talk.ending == Ending::Reset));
    }

    #[test]
    fn a_generated_body_is_generated_for_each() {
        let upload = Choice::of(crate::payload::find("upload").unwrap()).with("size", Value::Number(200_000));
        let body: Option<Body> = upload.body(&bare::turn(5));
        let talks = bare::talks(&Choice::of(duplicate::FAMILY), Request { body, ..bare::request("POST", None) });
        let written: Vec<_> = talks.into_iter().map(|talk| bare::acted(talk).0).collect();
        let expected: Vec<u8> = upload.body(&bare::turn(5)).unwrap().chunks.flatten().collect();
        assert_eq!((bare::parsed(&written[0]).1, &written[0]), (expected, &written[1]));
    }
}
