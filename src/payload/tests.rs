//! What holds for every family, whatever it makes.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::*;

fn turn(index: u64) -> Turn {
    Turn { index, unique: index.wrapping_mul(0x9e37_79b9_7f4a_7c15), key: [index as u8; 32] }
}

fn plain() -> Request {
    Request { method: "POST".into(), path: "/p".into(), headers: vec![], body: None }
}

/// The first bytes of all that a choice makes: path and headers, body, what is written by hand.
fn made(choice: &Choice, index: u64, most: usize) -> Vec<u8> {
    let mut request = plain();
    choice.change(&turn(index), &mut request);
    let mut bytes = format!("{} {} {:?}", request.method, request.path, request.headers).into_bytes();
    if let Some(body) = request.body {
        for chunk in body.chunks {
            assert!(!chunk.is_empty() && chunk.len() <= 64 << 10, "{choice:?}: a chunk of {}", chunk.len());
            bytes.extend_from_slice(&chunk);
            if bytes.len() > most {
                break;
            }
        }
    }
    let wire = Wire { request: plain(), host: "service".into() };
    for talk in choice.talks(&turn(index), wire).into_iter().flatten() {
        for act in talk.acts.take(1000) {
            if let Act::Write(chunk) = &act {
                assert!(chunk.len() <= 64 << 10, "{choice:?}: writes {} at once", chunk.len());
            }
            bytes.extend(format!("{act:?}").into_bytes());
            if bytes.len() > most {
                break;
            }
        }
    }
    bytes
}

/// The family with each number at its least, its most.
fn extremes(family: &'static Family) -> [Choice; 2] {
    let at = |most: bool| {
        let number = |takes| match takes {
            Takes::Count { least, most: largest, .. } | Takes::Size { least, most: largest, .. } => {
                Some(if most { largest } else { least })
            }
            _ => None,
        };
        let numbers = family.parameters.iter().filter_map(|p| Some((p.name, number(p.takes)?)));
        numbers.fold(Choice::of(family), |choice, (name, number)| choice.with(name, Value::Number(number)))
    };
    [at(false), at(true)]
}

#[test]
fn names_are_unique_and_everything_is_told() {
    let mut names = BTreeSet::new();
    for family in families() {
        assert!(names.insert(family.name), "{}", family.name);
        assert!(family.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
        let About { summary, provokes, seen, becomes, safe } = &family.about;
        for text in [summary, provokes, seen, becomes, safe] {
            assert!(text.ends_with('.') && !text.contains("  "), "{}: {text}", family.name);
        }
        assert!(summary.len() <= 90, "{}: {}", family.name, summary.len());
        for parameter in family.parameters {
            match parameter.takes {
                Takes::Count { least, most, default } | Takes::Size { least, most, default } => {
                    assert!((least..=most).contains(&default), "{} {}", family.name, parameter.name);
                }
                Takes::Word(words) => assert!(!words.is_empty()),
                _ => {}
            }
        }
    }
}

#[test]
fn a_body_has_the_size_that_it_states() {
    for choice in families().flat_map(|family| [Choice::of(family), extremes(family)[0].clone()]) {
        for choice in [Choice { form_field: Some("file".into()), ..choice.clone() }, choice] {
            let mut request = plain();
            choice.change(&turn(3), &mut request);
            let Some(body) = request.body.filter(|body| body.size <= 16 << 20) else { continue };
            assert_eq!(body.chunks.map(|chunk| chunk.len() as u64).sum::<u64>(), body.size, "{choice:?}");
        }
    }
}

#[test]
fn equal_turns_make_equal_bytes() {
    for family in families() {
        let choice = Choice::of(family);
        assert_eq!(made(&choice, 1, 4 << 20), made(&choice, 1, 4 << 20), "{}", family.name);
    }
}

#[test]
fn the_smallest_and_the_largest_parameters_start_at_once() {
    for choice in families().flat_map(extremes) {
        made(&choice, 0, 1 << 18);
    }
}

#[test]
fn a_body_in_a_form_is_its_file() {
    let choice = Choice { form_field: Some("avatar".into()), ..Choice::of(find("image-bomb").unwrap()) };
    let body = choice.body(&turn(0)).unwrap();
    assert!(body.headers[0].1.starts_with("multipart/form-data; boundary="));
    let text: Vec<u8> = body.chunks.map(Bytes::into).collect::<Vec<Vec<u8>>>().concat();
    let text = String::from_utf8_lossy(&text);
    assert!(text.contains("name=\"avatar\"; filename=\"image-bomb\"\r\ncontent-type: image/png\r\n\r\n"));
    assert!(text.ends_with("--\r\n"));
}
