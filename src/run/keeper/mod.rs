//! The keeper: a process of its own between Plimsoll and the service, so that the service ends with
//! Plimsoll however Plimsoll ends.
//!
//! Plimsoll starts itself again as `plimsoll __keeper`. That process is the subreaper of the service's
//! whole tree, and holds one end of two pipes: on the control pipe it is told what to start and when to
//! stop, on the report pipe it says what happened. When the control pipe closes, because Plimsoll ended or
//! was killed with `kill -9`, it ends the tree by itself. It is not what measures: it reads no memory figure.

mod end;
mod handle;
mod log;
mod process;
mod reap;
mod spawn;
mod wire;

pub(crate) use end::{kill_all, members, remove};
pub use handle::{Keeper, KeeperError, Started};
pub use process::main;
pub use wire::{Exit, Group, Order, Report};
