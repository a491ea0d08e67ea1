//! From dominators by number to the tree by node: retained sizes and children.

use super::{Dominators, NONE};
use crate::heap::graph::{Graph, Node};
use crate::units::Bytes;

/// `order` is the node of each number, `idom` the number of each number's immediate dominator.
pub(super) fn grow(graph: &Graph, order: &[u32], idom: Vec<u32>, references: u64) -> Dominators {
    let nodes = graph.len();
    let mut by_node = vec![NONE; nodes];
    let mut retained = vec![0_u64; nodes];
    for (node, above) in order.iter().zip(&idom).skip(1) {
        by_node[*node as usize] = order[*above as usize];
        retained[*node as usize] = graph.shallow(Node(*node)).0;
    }
    // A dominator has the lower number, so its sum is complete before it is passed on.
    for number in (1..order.len()).rev() {
        let above = order[idom[number] as usize] as usize;
        retained[above] = retained[above].saturating_add(retained[order[number] as usize]);
    }
    drop(idom);
    let lost = graph.objects().filter(|node| by_node[node.index()] == NONE);
    let unreachable = lost.fold((0, Bytes(0)), |(count, bytes), node| (count + 1, bytes + graph.shallow(node)));
    let (first, children) = group(&by_node);
    Dominators { idom: by_node, retained, first, children, references, unreachable }
}

/// Children by parent, ascending.
fn group(idom: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut first = vec![0_u32; idom.len() + 1];
    for above in idom.iter().filter(|above| **above != NONE) {
        first[*above as usize] += 1;
    }
    let mut sum = 0;
    for count in &mut first {
        sum += *count;
        *count = sum;
    }
    let mut children = vec![0; sum as usize];
    for (node, above) in idom.iter().enumerate().rev().filter(|(_, above)| **above != NONE) {
        let place = &mut first[*above as usize];
        *place -= 1;
        children[*place as usize] = node as u32;
    }
    (first, children)
}
