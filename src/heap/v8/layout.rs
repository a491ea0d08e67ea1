//! The header of a snapshot: which field is where. Everything else is read by the names given here.

use serde::Deserialize;

use crate::heap::HeapError;

/// More fields than this has no version of V8; it bounds what a hostile header can ask for.
pub(super) const MOST_FIELDS: usize = 32;

/// Positions of the fields, meaning of the type numbers, counts.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) node_fields: usize,
    pub(super) node_type: usize,
    pub(super) node_name: usize,
    pub(super) node_id: usize,
    pub(super) node_size: usize,
    pub(super) node_edges: usize,
    /// Where it stands whether a node of a page is in its document; not in all versions.
    pub(super) node_detachedness: Option<usize>,
    pub(super) edge_fields: usize,
    pub(super) edge_type: usize,
    pub(super) edge_name: usize,
    pub(super) edge_to: usize,
    pub(super) nodes: u64,
    pub(super) edges: u64,
    /// Ordinal of the root node.
    pub(super) root: u64,
    /// 2^64 through the number of fields of a node, rounded up.
    reciprocal: u64,
    node_kinds: Vec<NodeKind>,
    edge_kinds: Vec<EdgeKind>,
}

/// Node types of V8 that mean something for sizes and names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum NodeKind {
    Hidden,
    Array,
    Text,
    Object,
    Code,
    Closure,
    RegExp,
    Number,
    Native,
    Synthetic,
    Symbol,
    BigInt,
    Shape,
    Other,
}

/// Edge types of V8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EdgeKind {
    Context,
    Element,
    Property,
    Internal,
    Hidden,
    Shortcut,
    Weak,
    /// Of a version to come: it keeps alive what it leads to.
    Other,
}

#[derive(Deserialize)]
struct Header {
    meta: Meta,
    node_count: u64,
    edge_count: u64,
    #[serde(default)]
    root_index: u64,
}

#[derive(Deserialize)]
struct Meta {
    node_fields: Vec<String>,
    node_types: Vec<serde_json::Value>,
    edge_fields: Vec<String>,
    edge_types: Vec<serde_json::Value>,
}

impl Layout {
    /// Reads the value of `snapshot`, which starts at `offset` of the file.
    pub(super) fn read(text: &[u8], offset: usize) -> Result<Self, HeapError> {
        let header: Header = serde_json::from_slice(text)
            .map_err(|error| malformed(offset, &format!("the header does not read as one of V8: {error}")))?;
        let nodes = fields(&header.meta.node_fields, offset)?;
        let edges = fields(&header.meta.edge_fields, offset)?;
        let field = |fields: &[String], name: &str| {
            let place = fields.iter().position(|field| field == name);
            place.ok_or_else(|| malformed(offset, &format!("the header names no field `{name}`")))
        };
        let node_type = field(nodes, "type")?;
        let edge_type = field(edges, "type")?;
        let node_fields = header.meta.node_fields.len();
        Ok(Self {
            node_fields,
            node_type,
            node_name: field(nodes, "name")?,
            node_id: field(nodes, "id")?,
            node_size: field(nodes, "self_size")?,
            node_edges: field(nodes, "edge_count")?,
            node_detachedness: nodes.iter().position(|field| field == "detachedness"),
            edge_fields: header.meta.edge_fields.len(),
            edge_type,
            edge_name: field(edges, "name_or_index")?,
            edge_to: field(edges, "to_node")?,
            nodes: header.node_count,
            edges: header.edge_count,
            root: header.root_index / node_fields as u64,
            reciprocal: u64::MAX / node_fields as u64 + 1,
            node_kinds: names(&header.meta.node_types, node_type).iter().map(|name| NodeKind::of(name)).collect(),
            edge_kinds: names(&header.meta.edge_types, edge_type).iter().map(|name| EdgeKind::of(name)).collect(),
        })
    }

    /// The ordinal of the node at an offset of `nodes`.
    #[inline]
    pub(super) fn ordinal(&self, offset: u64) -> u32 {
        // A division is slow; this is exact for all offsets below 2^54.
        let ordinal = ((u128::from(offset) * u128::from(self.reciprocal)) >> 64) as u64;
        u32::try_from(ordinal).unwrap_or(u32::MAX)
    }

    #[inline]
    pub(super) fn node_kind(&self, number: u64) -> NodeKind {
        self.node_kinds.get(number as usize).copied().unwrap_or(NodeKind::Other)
    }

    #[inline]
    pub(super) fn edge_kind(&self, number: u64) -> EdgeKind {
        self.edge_kinds.get(number as usize).copied().unwrap_or(EdgeKind::Other)
    }
}

fn fields(names: &[String], offset: usize) -> Result<&[String], HeapError> {
    if names.is_empty() || names.len() > MOST_FIELDS {
        return Err(malformed(offset, "the header names no fields, or too many"));
    }
    Ok(names)
}

fn names(types: &[serde_json::Value], place: usize) -> Vec<&str> {
    let names = types.get(place).and_then(serde_json::Value::as_array);
    names.map(|names| names.iter().map(|name| name.as_str().unwrap_or_default()).collect()).unwrap_or_default()
}

fn malformed(offset: usize, what: &str) -> HeapError {
    HeapError::Malformed { offset: offset as u64, what: format!("{what}; take the snapshot again") }
}

impl NodeKind {
    fn of(name: &str) -> Self {
        match name {
            "hidden" => Self::Hidden,
            "array" => Self::Array,
            "string" | "concatenated string" | "sliced string" => Self::Text,
            "object" => Self::Object,
            "code" => Self::Code,
            "closure" => Self::Closure,
            "regexp" => Self::RegExp,
            "number" => Self::Number,
            "native" => Self::Native,
            "synthetic" => Self::Synthetic,
            "symbol" => Self::Symbol,
            "bigint" => Self::BigInt,
            "object shape" => Self::Shape,
            _ => Self::Other,
        }
    }

    /// The class of nodes that have no name of their own to go by; `None` where the name is the class.
    pub(super) fn class(self) -> Option<&'static str> {
        Some(match self {
            Self::Object | Self::Native | Self::Synthetic | Self::Hidden => return None,
            Self::Array => "(array)",
            Self::Text => "(string)",
            Self::Code => "(compiled code)",
            Self::Closure => "Function",
            Self::RegExp => "RegExp",
            Self::Number => "(number)",
            Self::Symbol => "(symbol)",
            Self::BigInt => "(bigint)",
            Self::Shape => "(object shape)",
            Self::Other => "(other)",
        })
    }
}

impl EdgeKind {
    fn of(name: &str) -> Self {
        match name {
            "context" => Self::Context,
            "element" => Self::Element,
            "property" => Self::Property,
            "hidden" => Self::Hidden,
            "shortcut" => Self::Shortcut,
            "weak" => Self::Weak,
            "internal" => Self::Internal,
            _ => Self::Other,
        }
    }

    /// Whether the edge carries a number instead of a string index, or may do so.
    pub(super) fn numbered(self) -> bool {
        matches!(self, Self::Element | Self::Hidden | Self::Other)
    }
}
