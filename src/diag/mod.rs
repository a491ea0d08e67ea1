//! Diagnostics: what is wrong with a policy, where, and how to cure it. All at once, with a caret.

mod code;
mod diagnostic;
mod nearest;
mod render;
mod source;

pub use code::Code;
pub use diagnostic::{Diagnostic, Diagnostics};
pub use nearest::nearest;
pub use source::{Mark, Place, Source};
