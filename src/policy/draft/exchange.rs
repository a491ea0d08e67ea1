//! How a request is made: plain HTTP, `events`, `websocket`, `tcp`.

use super::Section;
use crate::diag::{Code, Diagnostics};
use crate::policy::Exchange;

/// Reads what makes a request more than one question and one answer.
pub(super) fn read_exchange(section: &mut Section<'_>, out: &mut Diagnostics) -> Exchange {
    let mark = section.mark.clone();
    let events = section.integer("events", 1..=1_000_000, out).map(|at| Exchange::Events(at.value as u32));
    let websocket = read_websocket(section, out);
    let tcp = section.section("tcp", out).map(|mut table| {
        let until = table.text("until", out).map(|at| at.value).unwrap_or_default();
        table.finish(out);
        Exchange::Tcp { until }
    });
    let mut found = [events, websocket, tcp].into_iter().flatten();
    let exchange = found.next().unwrap_or(Exchange::Http);
    if found.next().is_some() {
        let cure = "keep one of `events`, `websocket` and `tcp`";
        out.push(Code::Conflict, &mark, "a request is made in one way only", cure);
    }
    exchange
}

fn read_websocket(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Exchange> {
    let messages = section.texts("messages", "[\"hello\"]", out).map(|at| at.value).unwrap_or_default();
    let receive = section.integer("receive", 0..=1_000_000, out).map(|at| at.value as u32);
    let receive = receive.unwrap_or(messages.len() as u32);
    section.has("websocket").then_some(Exchange::WebSocket { messages, receive })
}
