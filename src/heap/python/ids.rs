//! Which node has an id.

use crate::heap::Node;

/// One id in so many stands in a list of its own, which stays at hand: the search for one ends in a few lines of memory.
const BLOCK: usize = 32;

/// Ids with their nodes. The first node of an id counts.
#[derive(Debug, Default)]
pub(super) struct Ids {
    sorted: Vec<(u64, u32)>,
    /// The first id of each block.
    first: Vec<u64>,
}

impl Ids {
    pub(super) fn of(mut ids: Vec<(u64, u32)>) -> Self {
        ids.sort_unstable();
        ids.dedup_by_key(|(id, _)| *id);
        Self { first: ids.iter().step_by(BLOCK).map(|(id, _)| *id).collect(), sorted: ids }
    }

    pub(super) fn node(&self, id: u64) -> Option<Node> {
        let block = self.first.partition_point(|first| *first <= id).checked_sub(1)?;
        let block = self.sorted.chunks(BLOCK).nth(block)?;
        let place = block.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(Node(block[place].1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_leads_to_its_first_node_and_no_other_to_any() {
        let ids = Ids::of((1..=1000).map(|node| (u64::from(node % 900) * 7 + 3, node)).collect());
        for node in 1..=1000_u32 {
            let id = u64::from(node % 900) * 7 + 3;
            let first = if node > 900 { node - 900 } else { node };
            assert_eq!((ids.node(id), ids.node(id + 1)), (Some(Node(first)), None));
        }
        assert_eq!((ids.node(0), ids.node(u64::MAX), Ids::default().node(3)), (None, None, None));
    }
}
