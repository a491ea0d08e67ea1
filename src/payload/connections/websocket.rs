//! WebSocket by hand (RFC 6455): what a client writes.

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::payload::{Act, Reading, Talk, Turn, Wire};

/// Says what a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opcode {
    /// More of the message before.
    Continuation = 0,
    /// Text.
    Text = 1,
    /// Bytes.
    Binary = 2,
}

/// The head of the request that upgrades the connection (section 4.1).
pub(super) fn upgrade(wire: &Wire, generator: &mut ChaCha8Rng) -> Vec<u8> {
    let mut nonce = [0; 16];
    generator.fill_bytes(&mut nonce);
    let mut head = wire.head();
    head.extend(b"connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ");
    head.extend(base64(&nonce).into_bytes());
    head.extend(b"\r\n\r\n");
    head
}

/// Adds a frame as a client sends it (section 5.2): masked with a key that nobody can foresee.
pub(super) fn add_frame(into: &mut Vec<u8>, opcode: Opcode, last: bool, data: &[u8], generator: &mut ChaCha8Rng) {
    const MASKED: u8 = 0x80;
    into.push(u8::from(last) << 7 | opcode as u8);
    match data.len() {
        length @ ..126 => into.push(MASKED | length as u8),
        length @ ..65_536 => {
            into.push(MASKED | 126);
            into.extend((length as u16).to_be_bytes());
        }
        length => {
            into.push(MASKED | 127);
            into.extend((length as u64).to_be_bytes());
        }
    }
    let mut mask = [0; 4];
    generator.fill_bytes(&mut mask);
    into.extend(mask);
    into.extend(data.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

/// The talk of a client that sends these texts and awaits so many messages.
pub fn talk(wire: &Wire, messages: &[String], receive: u32, turn: &Turn) -> Talk {
    let mut generator = ChaCha8Rng::from_seed(turn.key);
    let mut acts = vec![Act::Write(upgrade(wire, &mut generator).into()), Act::AwaitHead];
    for message in messages {
        let mut frame = Vec::with_capacity(message.len() + 14);
        add_frame(&mut frame, Opcode::Text, true, message.as_bytes(), &mut generator);
        let mut frame = Bytes::from(frame);
        while !frame.is_empty() {
            acts.push(Act::Write(frame.split_to(frame.len().min(64 << 10))));
        }
    }
    Talk { reading: Reading::Messages(receive), ..Talk::acting(acts.into_iter()) }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
