//! Where reachability starts.

use std::fmt;

use super::Node;

/// A GC root: a node that lives without being referred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The object.
    pub node: Node,
    /// Why it lives.
    pub kind: RootKind,
    /// The name a developer knows it by (`http-worker-3`, `app.views`); empty where there is none.
    pub name: Box<str>,
}

/// Why a root lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootKind {
    /// A class of the runtime that is never unloaded, or whose loader is.
    Class,
    /// A live thread.
    Thread,
    /// A local variable of a stack frame.
    Frame,
    /// A suspended call that the runtime goes on with, and that nothing else holds.
    Task,
    /// A module and its global names.
    Module,
    /// The global object, or a name of the runtime itself.
    Global,
    /// A handle that native code keeps.
    Native,
    /// A monitor that a thread holds.
    Monitor,
    /// An object that waits for its finalizer.
    Finalizer,
    /// An object that a native-image starts with.
    Image,
    /// A table that the virtual machine keeps: interned strings, code, handles.
    Internal,
    /// No root at all: nothing reaches it, and it was kept on request.
    Unreachable,
    /// A root of which the dump says no more.
    Other,
}

impl fmt::Display for RootKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Class => "class",
            Self::Thread => "thread",
            Self::Frame => "frame",
            Self::Task => "task",
            Self::Module => "module",
            Self::Global => "global",
            Self::Native => "native handle",
            Self::Monitor => "monitor",
            Self::Finalizer => "finalizer",
            Self::Image => "image heap",
            Self::Internal => "internal",
            Self::Unreachable => "unreachable",
            Self::Other => "other",
        })
    }
}
